package io.acswatch.collector.command;

import io.acswatch.collector.posted.PostedInput;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Opens what a command was given as an input: a file, or {@code -} for standard input. */
final class CaptureInput {
  static final String STANDARD_INPUT = "-";

  private static final String STANDARD_INPUT_NAME = "standard input";

  private CaptureInput() {}

  static String nameOf(String name) {
    return name.equals(STANDARD_INPUT) ? STANDARD_INPUT_NAME : name;
  }

  /** Reads a capture, or whatever else tells of a host; see {@link PostedInput}. */
  static Capture read(String name) throws IOException {
    return host(name).toCapture();
  }

  /** The same with what is missing and where all came from. */
  static PostedHost host(String... names) throws IOException {
    PostedHost host = new PostedHost();
    for (String name : names) {
      if (name.equals(STANDARD_INPUT)) {
        PostedInput.add(STANDARD_INPUT_NAME, System.in, host);
      } else {
        PostedInput.add(Path.of(name), host);
      }
    }
    return host;
  }

  static final class AddressConverter implements ITypeConverter<PciAddress> {
    @Override
    public PciAddress convert(String text) {
      try {
        return PciAddress.parse(text);
      } catch (IllegalArgumentException refused) {
        throw new TypeConversionException(String.valueOf(refused.getMessage()));
      }
    }
  }
}
