package io.acswatch.collector.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads what there is to know of the next kexec and of the one before. */
final class KexecSource {
  private static final String LOADED = "/sys/kernel/kexec/loaded";
  private static final String LOADED_UP_TO_7_2 = "/sys/kernel/kexec_loaded";
  private static final String SETUP_DATA = "/sys/kernel/boot_params/setup_data";
  private static final String SETUP_KEXEC_KHO = "0xa";

  private final HostTree tree;

  KexecSource(HostTree tree) {
    this.tree = tree;
  }

  private static final String HANDED_OVER = "/sys/kernel/debug/kho/in";
  private static final String METADATA = HANDED_OVER + "/sub_fdts/kexec-metadata";
  private static final String LIVE_UPDATE = HANDED_OVER + "/sub_fdts/LUO";
  private static final String CRASHED = "/proc/vmcore";
  private static final String CRASH_NOTE = "/proc/vmcore: this is a crash kernel";

  /** True if an image for the next kexec is loaded. */
  boolean isLoaded() {
    return tree.textOr(LOADED, tree.textOr(LOADED_UP_TO_7_2, "0")).equals("1");
  }

  /**
   * Notes on handover from the kernel before: its setup data of type 0xa (x86). This tells that
   * state was handed over, not that this kernel made use of it.
   */
  List<String> handoverNotes() throws IOException {
    List<String> notes = new ArrayList<>();
    for (String entry : tree.names(SETUP_DATA)) {
      String file = SETUP_DATA + "/" + entry + "/type";
      if (tree.textOr(file, "").equals(SETUP_KEXEC_KHO)) {
        notes.add(file + "=" + SETUP_KEXEC_KHO + ": the kernel before handed over KHO data");
      }
    }
    if (tree.exists(HANDED_OVER)) {
      notes.add(HANDED_OVER + ": the kernel before handed over KHO data");
    }
    // Only that they are there: what lies in them the kernel may have freed.
    if (tree.exists(METADATA)) {
      notes.add(METADATA + ": there");
    }
    if (tree.exists(LIVE_UPDATE)) {
      notes.add(LIVE_UPDATE + ": there");
    }
    if (tree.exists(CRASHED)) {
      notes.add(CRASH_NOTE);
    }
    return notes;
  }
}
