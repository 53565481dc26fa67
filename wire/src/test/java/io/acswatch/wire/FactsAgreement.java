package io.acswatch.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.pci.snapshot.Snapshot;
import java.util.Arrays;

/** What packed facts and snapshots owe each other. */
public final class FactsAgreement {
  private FactsAgreement() {}

  /** The packed facts of a sound frame stand for the snapshot of the decoder. */
  public static void check(FactsPacker packer, byte[] frame, Snapshot snapshot) {
    assertNull(packer.pack(frame));
    assertEquals(snapshot, packer.snapshot());
    byte[] written = FactsWriter.write(snapshot);
    assertEquals(
        snapshot,
        FactsReader.read(
            written, 0, written.length, snapshot.takenAtMillis(), snapshot.sequence()));
  }

  /** And they are the very bytes that are made of that snapshot without the frame. */
  static void checkBytes(FactsPacker packer, byte[] frame, Snapshot snapshot) {
    check(packer, frame, snapshot);
    assertArrayEquals(FactsWriter.write(snapshot), Arrays.copyOf(packer.bytes(), packer.length()));
  }
}
