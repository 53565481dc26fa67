package io.acswatch.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the types make of fields that are missing. */
final class Fields {
  private Fields() {}

  static void require(String name, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
  }

  static <T> List<T> list(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /** A copy that keeps the order and may hold null. */
  static Map<String, @Nullable Object> more(@Nullable Map<String, @Nullable Object> more) {
    return more == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }
}
