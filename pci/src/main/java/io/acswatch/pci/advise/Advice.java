package io.acswatch.pci.advise;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.List;

/**
 * What can be done about one group.
 *
 * @param group all members now
 * @param apart the functions that are to come apart; those of one list may stay together
 * @param causes which function joins them and why, one sentence each
 * @param ways what was tried, cheapest first
 * @param answer the outcome in one sentence
 */
public record Advice(
    List<PciAddress> group,
    List<List<PciAddress>> apart,
    List<String> causes,
    List<Way> ways,
    String answer) {
  public Advice {
    group = List.copyOf(group);
    apart = List.copyOf(apart);
    causes = List.copyOf(causes);
    ways = List.copyOf(ways);
  }

  /** What is changed. Names are part of the contract with scripts. */
  public enum Means {
    /** Nothing but another boot of the same kernel with the same command line. */
    REBOOT,
    /** The kernel's command line. */
    COMMAND_LINE,
    /** The kernel. */
    KERNEL,
    /** The slot. */
    SLOT,
    /** A setting of the firmware. */
    FIRMWARE,
    /** The patch that believes in isolation where no register shows it. */
    OVERRIDE
  }

  /** What a forecast says. Names are part of the contract with scripts. */
  public enum Proof {
    /** By every rule set that may apply the functions are apart. */
    SPLITS,
    /** It depends on what is not known. */
    DEPENDS,
    /** They stay together. */
    KEEPS,
    /** The groups split, and the hardware connects the functions as before. */
    HIDES,
    /** Nothing that can be computed. */
    UNPROVED
  }

  /**
   * One way.
   *
   * @param text what to do, one sentence
   * @param change what to type or to set: options of the command line, a release, a port; empty if
   *     there is nothing to type
   * @param proof what the forecast says
   * @param note what the proof rests on; empty if on nothing else
   * @param then the groups of the functions that are to come apart, by the forecast
   */
  public record Way(
      Means means,
      String text,
      String change,
      Proof proof,
      String note,
      List<List<PciAddress>> then) {
    public Way {
      then = List.copyOf(then);
    }
  }
}
