package io.acswatch.benchmarks.walk;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.capability.ExtendedCapabilities;
import io.acswatch.pci.config.capability.StandardCapabilities;
import io.acswatch.pci.config.capability.WalkStep;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.FrameReader;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Functions to measure with: the host of the demo, as a real kernel captured it, in enough PCI
 * domains to give {@link #FUNCTIONS} of them.
 *
 * @param dense configuration space of each function, in the frame's order
 * @param frame the same functions as one frame
 */
public record Corpus(List<byte[]> dense, byte[] frame) {
  /** Functions of each corpus. */
  public static final int FUNCTIONS = 100;

  /** The lists as they were found. */
  public static final String NORMAL = "normal";

  /** Both lists of each function lead from their last entry back to their first. */
  public static final String LOOPED = "looped";

  /** Functions of either corpus that have an ACS capability. */
  public static final int WITH_ACS = 32;

  /** Sum of their ACS Control registers. */
  public static final int SUM_OF_CONTROLS = 32 * 0x1D;

  private static final String CAPTURE = "/io/acswatch/standalone/kexec-before.cap";
  private static final int FIRST_POINTER = 0x34;
  private static final int FIRST_EXTENDED = 0x100;

  /** The corpus of this name. */
  public static Corpus load(String name) {
    boolean looped =
        switch (name) {
          case NORMAL -> false;
          case LOOPED -> true;
          default -> throw new IllegalArgumentException("corpus=" + name);
        };
    byte[] frame = FrameWriter.write(widened(capture(), looped));
    FrameReader reader = new FrameReader();
    if (reader.wrap(frame) != null) {
      throw new IllegalStateException("the frame of corpus " + name + " is refused");
    }
    List<byte[]> dense = new ArrayList<>();
    for (int i = 0; i < reader.functionCount(); i++) {
      dense.add(reader.function(i).config().toByteArray());
    }
    return new Corpus(List.copyOf(dense), frame);
  }

  private static Capture capture() {
    try (InputStream stream = Corpus.class.getResourceAsStream(CAPTURE)) {
      if (stream == null) {
        throw new IllegalStateException(CAPTURE + " is missing");
      }
      return CaptureReader.read(CAPTURE, stream);
    } catch (IOException damaged) {
      throw new IllegalStateException(damaged);
    }
  }

  private static Capture widened(Capture host, boolean looped) {
    List<CapturedFunction> functions = new ArrayList<>();
    for (int i = 0; i < FUNCTIONS; i++) {
      CapturedFunction function = host.functions().get(i % host.functions().size());
      byte[] config = function.config().toByteArray();
      if (looped) {
        loop(config);
      }
      int domain = i / host.functions().size();
      functions.add(
          new CapturedFunction(
              new PciAddress(domain, function.address().requesterId()),
              function.sysfsPath().replace("0000:", "%04x:".formatted(domain)),
              new ArrayConfigSpace(config),
              function.readStatus(),
              function.ids(),
              function.kernel(),
              function.removable()));
    }
    return new Capture(
        host.host(),
        host.phase(),
        host.boot(),
        host.takenAtMillis(),
        1,
        host.kexecLoaded(),
        List.of(),
        functions,
        List.of(),
        List.of());
  }

  private static void loop(byte[] config) {
    ArrayConfigSpace space = new ArrayConfigSpace(config);
    StandardCapabilities standard = new StandardCapabilities(space);
    while (standard.advance() == WalkStep.CAPABILITY) {
      // to the last one
    }
    if (standard.offset() != 0) {
      config[standard.offset() + 1] = config[FIRST_POINTER];
    }
    ExtendedCapabilities extended = new ExtendedCapabilities(space);
    while (extended.advance() == WalkStep.CAPABILITY) {
      // to the last one
    }
    int last = extended.offset();
    if (last != 0) {
      config[last + 3] = (byte) (FIRST_EXTENDED >>> 4);
      config[last + 2] = (byte) (config[last + 2] & 0x0F | (FIRST_EXTENDED & 0xF) << 4);
    }
  }
}
