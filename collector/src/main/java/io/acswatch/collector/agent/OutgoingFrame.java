package io.acswatch.collector.agent;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.frame.FrameWriter;

/** A frame ready to be sent; nobody changes {@code value}. */
public record OutgoingFrame(String host, long sequence, byte[] value) {

  public static OutgoingFrame of(Capture capture) {
    return new OutgoingFrame(capture.host(), capture.sequence(), FrameWriter.write(capture));
  }
}
