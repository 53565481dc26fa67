package io.acswatch.collector.command.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/** Names of numbers, from a resource of lines {@code hex digits TAB name}. */
public final class CodeNames {
  /** Capabilities: two digits in the standard list, four in the extended one. */
  public static final CodeNames CAPABILITIES = new CodeNames("capabilities.tsv");

  /** Class codes: two digits for a class, four with the subclass. */
  static final CodeNames CLASSES = new CodeNames("classes.tsv");

  private final Map<String, String> names;

  private CodeNames(String resource) {
    try (InputStream file = CodeNames.class.getResourceAsStream(resource)) {
      names =
          new String(file.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split("\t"))
              .collect(Collectors.toUnmodifiableMap(line -> line[0], line -> line[1]));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** The name of these digits, or {@code otherwise}. */
  public String of(String digits, String otherwise) {
    return names.getOrDefault(digits, otherwise);
  }
}
