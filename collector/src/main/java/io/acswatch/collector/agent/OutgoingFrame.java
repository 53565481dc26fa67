package io.acswatch.collector.agent;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.frame.FrameWriter;
import org.jspecify.annotations.Nullable;

/** A frame ready to be sent, and its signature if it has one; nobody changes the bytes. */
public record OutgoingFrame(String host, long sequence, byte[] value, byte @Nullable [] signature) {

  public static OutgoingFrame of(Capture capture) {
    return new OutgoingFrame(capture.host(), capture.sequence(), FrameWriter.write(capture), null);
  }
}
