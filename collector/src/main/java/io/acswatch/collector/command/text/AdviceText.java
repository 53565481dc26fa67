package io.acswatch.collector.command.text;

import static java.util.stream.Collectors.joining;

import io.acswatch.pci.advise.Advice;
import io.acswatch.pci.advise.Together;
import io.acswatch.pci.hierarchy.PciAddress;
import java.util.List;

/** Advice for people. */
public final class AdviceText {
  private AdviceText() {}

  /** How functions come apart. */
  public static String of(Advice advice) {
    ConsoleText text = new ConsoleText();
    text.wrapped("", 4, "group of " + words(advice.group()));
    text.wrapped("  apart: ", lists(advice.apart()));
    advice.causes().forEach(cause -> text.wrapped("  joined:  ", cause));
    for (Advice.Way way : advice.ways()) {
      text.wrapped("  " + word(way.proof()), way.text());
      if (!way.note().isEmpty()) {
        text.wrapped(" ".repeat(11), way.note());
      }
      if (!way.then().isEmpty()) {
        text.wrapped("           then: ", lists(way.then()));
      }
    }
    return text.wrapped("  = ", advice.answer()).toString();
  }

  /** What lets two functions reach each other. */
  public static String of(PciAddress first, PciAddress second, Together together) {
    ConsoleText text = new ConsoleText();
    text.line(first + " and " + second + " reach each other directly?");
    if (!together.redirecting().isEmpty()) {
      text.wrapped("  redirecting: ", words(together.redirecting()));
    }
    if (!together.change().isEmpty()) {
      text.wrapped("  to end it:   ", together.change());
    }
    together.joined().forEach(group -> text.wrapped("  one group:   ", words(group)));
    return text.wrapped("  = ", together.answer()).toString();
  }

  private static String word(Advice.Proof proof) {
    return switch (proof) {
      case SPLITS -> "splits:  ";
      case DEPENDS -> "may:     ";
      case KEEPS -> "no:      ";
      case HIDES -> "hides:   ";
      case UNPROVED -> "unknown: ";
    };
  }

  private static String lists(List<List<PciAddress>> lists) {
    return lists.stream().map(AdviceText::words).collect(joining(" | "));
  }

  private static String words(List<PciAddress> addresses) {
    return addresses.stream().map(PciAddress::toString).collect(joining(" "));
  }
}
