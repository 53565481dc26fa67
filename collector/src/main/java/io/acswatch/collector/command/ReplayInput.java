package io.acswatch.collector.command;

import io.acswatch.collector.agent.OutgoingFrame;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.FrameReader;
import io.acswatch.wire.InputException;
import io.acswatch.wire.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing that {@code replay} sends: a capture, or a file of a spool, which is sent as it is.
 * Files of a spool are opened twice: a spool may be larger than memory.
 */
sealed interface ReplayInput {
  /** What messages call it. */
  String name();

  /** A capture that was read. */
  record OfCapture(String name, Capture capture) implements ReplayInput {}

  /** A file of a spool that was looked at. */
  record OfSpool(Path file) implements ReplayInput {
    @Override
    public String name() {
      return file.toString();
    }

    /** The frame in it, byte for byte. */
    OutgoingFrame frame() throws IOException {
      byte[] frame = Spool.frameOf(file);
      FrameReader reader = new FrameReader();
      Rejected rejected = reader.wrap(frame);
      if (rejected != null) {
        throw new InputException(
            file.toString(), "frame, byte %d: %s".formatted(rejected.offset(), rejected.detail()));
      }
      if (reader.host().isEmpty()) {
        throw new InputException(file.toString(), "the frame names no host");
      }
      return new OutgoingFrame(reader.host(), reader.sequence(), frame);
    }
  }

  /**
   * What a name stands for: a capture, or all of a directory that is a spool, in its order.
   *
   * @throws InputException if it cannot be read, or any of it is damaged
   */
  static List<ReplayInput> of(String name) throws IOException {
    if (name.equals(CaptureInput.STANDARD_INPUT) || !Files.isDirectory(Path.of(name))) {
      return List.of(new OfCapture(name, CaptureInput.read(name)));
    }
    List<ReplayInput> frames = new ArrayList<>();
    for (SpoolEntry entry : Spool.entriesOf(Path.of(name))) {
      OfSpool file = new OfSpool(entry.path());
      file.frame();
      frames.add(file);
    }
    if (frames.isEmpty()) {
      throw new InputException(name, "a directory without frames of a spool");
    }
    return frames;
  }
}
