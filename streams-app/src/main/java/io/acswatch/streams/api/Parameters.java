package io.acswatch.streams.api;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The query of a request. Every accessor refuses what it cannot take, and names it. */
final class Parameters {
  private final Map<String, String> values = new LinkedHashMap<>();

  /** Reads a query as it is in the URL; names that are not {@code known} are refused. */
  Parameters(@Nullable String rawQuery, Set<String> known) throws ApiException {
    if (rawQuery == null || rawQuery.isEmpty()) {
      return;
    }
    for (String pair : rawQuery.split("&")) {
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      if (!known.contains(name)) {
        throw ApiException.badRequest(
            "unknown parameter " + name + ", expected one of " + String.join(", ", known));
      }
      if (values.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1))) != null) {
        throw ApiException.badRequest("parameter " + name + " is given twice");
      }
    }
  }

  private static String decode(String text) throws ApiException {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw ApiException.badRequest("the query is not percent-encoded: " + malformed.getMessage());
    }
  }

  /** A text, empty if it is not given. */
  String text(String name) {
    return values.getOrDefault(name, "");
  }

  String required(String name) throws ApiException {
    String value = text(name);
    if (value.isEmpty()) {
      throw ApiException.badRequest("parameter " + name + " is missing");
    }
    return value;
  }

  int number(String name, int without, int least, int most) throws ApiException {
    String value = text(name);
    if (value.isEmpty()) {
      return without;
    }
    if (value.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw ApiException.badRequest(
        "%s=%s, expected a number from %d to %d".formatted(name, value, least, most));
  }

  /** One of few words; the first of them if it is not given. */
  String word(String name, String... words) throws ApiException {
    String value = text(name);
    if (value.isEmpty()) {
      return words[0];
    }
    for (String word : words) {
      if (word.equals(value)) {
        return word;
      }
    }
    throw ApiException.badRequest(
        "%s=%s, expected one of %s".formatted(name, value, String.join(", ", words)));
  }

  /** Names of an enum in any case, separated by commas; empty for all. */
  <E extends Enum<E>> Set<E> constants(String name, Class<E> type) throws ApiException {
    Set<E> constants = new LinkedHashSet<>();
    for (String word : text(name).split(",")) {
      if (!word.isEmpty()) {
        try {
          constants.add(Enum.valueOf(type, word.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException unknown) {
          throw ApiException.badRequest(
              "%s=%s is not known".formatted(name, word.toLowerCase(Locale.ROOT)));
        }
      }
    }
    return constants;
  }

  String query() {
    StringBuilder query = new StringBuilder();
    values.forEach(
        (name, value) ->
            query
                .append(query.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return query.toString();
  }
}
