package io.acswatch.pci.advise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A kernel's command line with and without what orders ACS Control. */
final class BootOptions {
  private BootOptions() {}

  /** The line without {@code disable_acs_redir} and {@code config_acs}; other options stay. */
  static String without(String commandLine) {
    List<String> words = new ArrayList<>();
    for (String word : commandLine.split("\\s+")) {
      if (!word.startsWith("pci=")) {
        words.add(word);
        continue;
      }
      List<String> parts = new ArrayList<>(Arrays.asList(word.substring(4).split(",")));
      parts.removeIf(BootOptions::isOfAcs);
      if (!parts.isEmpty()) {
        words.add("pci=" + String.join(",", parts));
      }
    }
    return String.join(" ", words).strip();
  }

  /** What {@link #without} leaves out, as it is typed. */
  static String ofAcs(String commandLine) {
    List<String> found = new ArrayList<>();
    for (String word : commandLine.split("\\s+")) {
      if (word.startsWith("pci=")) {
        Arrays.stream(word.substring(4).split(","))
            .filter(BootOptions::isOfAcs)
            .forEach(part -> found.add("pci=" + part));
      }
    }
    return String.join(" ", found);
  }

  private static boolean isOfAcs(String part) {
    return part.startsWith("disable_acs_redir=") || part.startsWith("config_acs=");
  }

  static String with(String commandLine, String option) {
    return (commandLine + " " + option).strip();
  }
}
