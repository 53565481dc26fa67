package io.acswatch.streams.serde;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers strings in the order in which they are first asked for. */
final class StringPool {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<byte[]> strings = new ArrayList<>();
  private int byteCount;

  int number(String text) {
    Integer known = numbers.putIfAbsent(text, strings.size());
    if (known != null) {
      return known;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byteCount = Math.addExact(byteCount, bytes.length);
    strings.add(bytes);
    return strings.size() - 1;
  }

  List<byte[]> strings() {
    return strings;
  }

  /** Bytes of all strings together. */
  int byteCount() {
    return byteCount;
  }
}
