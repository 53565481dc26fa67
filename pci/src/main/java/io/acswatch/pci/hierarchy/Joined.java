package io.acswatch.pci.hierarchy;

import static java.util.stream.Collectors.joining;

import java.util.Collection;

/** Several things in one line of text, with commas between them. */
public final class Joined {
  private Joined() {}

  public static String all(Collection<?> things) {
    return things.stream().map(Object::toString).collect(joining(", "));
  }

  /** The first ones, and how many more there are. */
  public static String some(Collection<?> things, int most) {
    int more = things.size() - most;
    return all(things.stream().limit(most).toList()) + (more > 0 ? " and " + more + " more" : "");
  }
}
