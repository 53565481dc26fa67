package io.acswatch.streams.state;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.errors.SerializationException;

/** An entry of a store: a byte of version, then texts, each i32 big-endian length and UTF-8. */
public final class Entry {
  private Entry() {}

  public static byte[] pack(int version, List<String> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(version);
    for (String field : fields) {
      byte[] text = field.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
      bytes.writeBytes(text);
    }
    return bytes.toByteArray();
  }

  /** What an entry says; SerializationException if it is damaged or of an unknown version. */
  public static <T> T unpack(
      byte[] bytes, String what, int version, Function<List<String>, T> read) {
    if (bytes.length == 0) {
      throw new SerializationException(what + ": empty");
    }
    int found = Byte.toUnsignedInt(bytes[0]);
    if (found != version) {
      throw new UnknownStateVersionException(what, found, version);
    }
    try {
      return read.apply(fields(ByteBuffer.wrap(bytes, 1, bytes.length - 1)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException damaged) {
      throw new SerializationException(what + ": " + damaged.getMessage(), damaged);
    }
  }

  private static List<String> fields(ByteBuffer in) {
    List<String> fields = new ArrayList<>();
    while (in.hasRemaining()) {
      int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new IllegalArgumentException("cut short");
      }
      byte[] text = new byte[length];
      in.get(text);
      fields.add(new String(text, StandardCharsets.UTF_8));
    }
    return fields;
  }
}
