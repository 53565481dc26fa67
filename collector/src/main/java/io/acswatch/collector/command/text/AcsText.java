package io.acswatch.collector.command.text;

import io.acswatch.pci.config.capability.AcsRegisters;
import java.util.List;

/** ACS registers as people read them. */
public final class AcsText {
  private AcsText() {}

  /** Four hex digits and the names of the bits: {@code 001d (SV RR CR UF)}. */
  public static String word(int word) {
    List<String> names = AcsRegisters.flagNames(word);
    String digits = "%04x".formatted(word);
    return names.isEmpty() ? digits : digits + " (" + String.join(" ", names) + ")";
  }
}
