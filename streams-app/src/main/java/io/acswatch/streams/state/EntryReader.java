package io.acswatch.streams.state;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;

/** Reads what {@link EntryWriter} wrote. */
public final class EntryReader {
  private final ByteBuffer in;

  /** Makes an object of the fields, which it reads in their order. */
  @FunctionalInterface
  public interface Fields<T> {
    /** Reads all of them; an {@link IllegalArgumentException} says that one is wrong. */
    T readFrom(EntryReader in);
  }

  private EntryReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes);
  }

  /**
   * Reads an entry.
   *
   * @param what names the sort of entry in messages
   * @throws UnknownStateVersionException if another version of acswatch wrote it
   * @throws SerializationException if it is damaged
   */
  public static <T> T read(byte[] bytes, String what, int version, Fields<T> fields) {
    EntryReader reader = new EntryReader(bytes);
    try {
      int found = Byte.toUnsignedInt(reader.in.get());
      if (found != version) {
        throw new UnknownStateVersionException(what, found, version);
      }
      T entry = fields.readFrom(reader);
      if (reader.in.hasRemaining()) {
        throw new SerializationException(
            what + ": " + reader.in.remaining() + " bytes are left over");
      }
      return entry;
    } catch (BufferUnderflowException cutShort) {
      throw new SerializationException(what + ": cut short", cutShort);
    } catch (IllegalArgumentException wrong) {
      throw new SerializationException(what + ": " + wrong.getMessage(), wrong);
    }
  }

  /** A number, i64. */
  public long number() {
    return in.getLong();
  }

  /** One byte, 0 or 1. */
  public boolean flag() {
    return in.get() != 0;
  }

  /** A text. */
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** Bytes. */
  public byte[] bytes() {
    byte[] some = new byte[count()];
    in.get(some);
    return some;
  }

  /** A list of texts. */
  public List<String> texts() {
    int size = count();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      texts.add(text());
    }
    return texts;
  }

  /** What is counted takes a byte each at least. */
  private int count() {
    int count = in.getInt();
    if (count < 0 || count > in.remaining()) {
      throw new BufferUnderflowException();
    }
    return count;
  }
}
