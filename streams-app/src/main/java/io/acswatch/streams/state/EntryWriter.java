package io.acswatch.streams.state;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a small entry of a store: the version of its layout in the first byte, then its fields in
 * their order, big-endian. A text is its length, i32, and UTF-8; a list is its size, i32, and its
 * texts. {@link EntryReader} reads it back.
 */
public final class EntryWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  /** Writes field after field. */
  @FunctionalInterface
  public interface Fields {
    /** Writes all of them. */
    void writeTo(EntryWriter out) throws IOException;
  }

  private EntryWriter() {}

  /** An entry. */
  public static byte[] write(int version, Fields fields) {
    EntryWriter writer = new EntryWriter();
    try {
      writer.out.writeByte(version);
      fields.writeTo(writer);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return writer.bytes.toByteArray();
  }

  /** A number, i64. */
  public void number(long number) throws IOException {
    out.writeLong(number);
  }

  /** One byte, 0 or 1. */
  public void flag(boolean flag) throws IOException {
    out.writeBoolean(flag);
  }

  /** A text. */
  public void text(String text) throws IOException {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes, with their length as a text has it. */
  public void bytes(byte[] some) throws IOException {
    out.writeInt(some.length);
    out.write(some);
  }

  /** A list of texts. */
  public void texts(List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      text(text);
    }
  }
}
