package io.acswatch.standalone;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.io.InputStream;

/**
 * A kexec as a real kernel went through it (Debian 6.16 in QEMU): a root port above a switch lost
 * request and completion redirect, and the devices of two VMs below it came to share a group.
 */
public final class RecordedKexec {
  static final String HOST = "demo-host";

  private RecordedKexec() {}

  /** The host before the kexec, with the VMs that own its devices. */
  public static Capture before() throws IOException {
    return read("kexec-before.cap");
  }

  static Capture after() throws IOException {
    return read("kexec-after.cap");
  }

  private static Capture read(String name) throws IOException {
    try (InputStream stream = RecordedKexec.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new InputException(name, "is missing from the program");
      }
      return CaptureReader.read(name, stream);
    }
  }
}
