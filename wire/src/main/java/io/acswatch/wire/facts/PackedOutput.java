package io.acswatch.wire.facts;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers and texts packed one after the other; {@link FactsLayout} draws them. */
public final class PackedOutput {
  private static final int LONGEST_NUMBER = 10;

  private final Map<String, Integer> strings = new LinkedHashMap<>();
  private byte[] out;
  private int at;

  public PackedOutput(int expectedLength) {
    out = new byte[expectedLength];
  }

  /** Bytes so far, without those of the strings. */
  public int length() {
    return at;
  }

  /** The strings, each once as a text in the order of their numbers, and then what was put. */
  public byte[] bytes() {
    PackedOutput whole = new PackedOutput(at + 32 * strings.size() + LONGEST_NUMBER);
    whole.put(strings.size());
    for (String text : strings.keySet()) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      whole.put(utf8.length);
      whole.put(utf8, 0, utf8.length);
    }
    whole.put(out, 0, at);
    return Arrays.copyOf(whole.out, whole.at);
  }

  int number(String text) {
    Integer known = strings.get(text);
    if (known == null) {
      known = strings.size();
      strings.put(text, known);
    }
    return known;
  }

  /** Puts a string by its number. */
  public void put(String text) {
    put(number(text));
  }

  public void put(long number) {
    room(LONGEST_NUMBER);
    long left = number;
    for (; (left & ~0x7F) != 0; left >>>= 7) {
      out[at++] = (byte) (left | 0x80);
    }
    out[at++] = (byte) left;
  }

  void put(byte[] bytes, int offset, int length) {
    room(length);
    System.arraycopy(bytes, offset, out, at, length);
    at += length;
  }

  private void room(int count) {
    if (count > out.length - at) {
      out = Arrays.copyOf(out, Math.max(Math.addExact(at, count), 2 * out.length));
    }
  }
}
