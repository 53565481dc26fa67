package io.acswatch.collector.source.ownership;

import java.util.Locale;

/**
 * The kinds of sources, the most trustworthy first: of several claims on one function the first one
 * counts. What an operator states outright precedes what is found out.
 */
public enum ClaimSource {
  OWNERS_FILE,

  /** libvirt's account of its running domains; names a VM durably. */
  LIBVIRT,

  /** Open VFIO nodes of processes: who holds the device now. */
  DESCRIPTOR,

  /** Command lines of VMMs: which device, but not what was plugged in or out since. */
  COMMAND_LINE,

  /** Files that orchestrators leave in a drop-in directory. */
  DROP_IN;

  /** Lower case with dashes, as metrics and reports name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
