package io.acswatch.wire.frame;

/** A frame of whatever type. */
public final class AnyFrame {
  private AnyFrame() {}

  /** Reads all there is and writes it again. */
  public static byte[] rewrite(FrameReader reader) {
    return switch (reader.type()) {
      case SNAPSHOT -> FrameWriter.write(reader.toCapture());
      case HEARTBEAT -> FrameWriter.write(reader.toHeartbeat());
      case KEXEC_EVENT -> FrameWriter.write(reader.toKexecEvent());
      case UNCHANGED -> FrameWriter.write(reader.toUnchanged());
    };
  }
}
