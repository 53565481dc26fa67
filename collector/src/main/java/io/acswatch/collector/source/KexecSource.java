package io.acswatch.collector.source;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads what there is to know of the next kexec and of the one before. Nothing below {@code
 * debug/kho/out}, nor {@code /dev/liveupdate}, tells how this boot came about: they are there on
 * every boot that can hand over. Nor does {@code debug/kho/in/sub_fdts/LUO}: it is there between
 * any two kernels that have LUO, and its memory the kernel has given to somebody else.
 *
 * <p>Source: boots of linux 7.3.4; {@code kernel/liveupdate/kexec_handover.c}, {@code
 * kho_in_debugfs_init}; {@code arch/x86/kernel/ksysfs.c}.
 */
final class KexecSource {
  private static final String LOADED = "/sys/kernel/kexec/loaded";
  private static final String LOADED_UP_TO_7_2 = "/sys/kernel/kexec_loaded";
  private static final String SETUP_DATA = "/sys/kernel/boot_params/setup_data";
  private static final String SETUP_KEXEC_KHO = "0xa";
  private static final String HANDED_OVER = "/sys/kernel/debug/kho/in";
  private static final String METADATA = HANDED_OVER + "/sub_fdts/kexec-metadata";

  private static final String BY_THE_KERNEL_BEFORE = "the kernel before " + BootClass.HANDOVER_NOTE;
  private static final String CRASHED = "/proc/vmcore";

  private static final int METADATA_LENGTH = 73;
  private static final int RELEASE_OFFSET = 4;
  private static final int RELEASE_LENGTH = 65;
  private static final int COUNT_OFFSET = RELEASE_OFFSET + RELEASE_LENGTH;

  private static final String CHOSEN = "/proc/device-tree/chosen";
  private static final String RAW_TREE = "/sys/firmware/fdt";
  private static final String ACPI = "/sys/firmware/acpi";
  private static final int LARGEST_TREE = 2 << 20;

  private final HostTree tree;
  private volatile @Nullable Boolean rawTreeSays;

  KexecSource(HostTree tree) {
    this.tree = tree;
  }

  static boolean isLoaded(Texts texts) {
    String loaded = texts.textOr(LOADED, "");
    return (loaded.isEmpty() ? texts.textOr(LOADED_UP_TO_7_2, "") : loaded).equals("1");
  }

  /**
   * Notes on what the kernel before handed over, and whether this is a crash kernel. Setup data of
   * type 0xa (x86) tells that state was handed over, not that this kernel made use of it.
   */
  List<String> handoverNotes() throws IOException {
    List<String> notes = new ArrayList<>();
    for (String entry : tree.names(SETUP_DATA)) {
      String file = SETUP_DATA + "/" + entry + "/type";
      if (tree.textOr(file, "").equals(SETUP_KEXEC_KHO)) {
        notes.add(file + "=" + SETUP_KEXEC_KHO + ": " + BY_THE_KERNEL_BEFORE);
      }
    }
    if (tree.exists(HANDED_OVER)) {
      notes.add(HANDED_OVER + ": " + BY_THE_KERNEL_BEFORE);
    }
    String before = kernelBefore();
    if (!before.isEmpty()) {
      notes.add(METADATA + ": " + before);
    }
    notes.addAll(firmwareNotes());
    if (tree.exists(CRASHED)) {
      notes.add(CRASHED + ": " + BootClass.CRASH_NOTE);
    }
    return notes;
  }

  /**
   * Notes on what describes the machine, where a device tree does or might: Arm has it from the
   * firmware, or from ACPI and then only a raw tree for what kexec and the boot stub have to say.
   */
  private List<String> firmwareNotes() throws IOException {
    List<String> notes = new ArrayList<>();
    SortedSet<String> chosen = new TreeSet<>(tree.names(CHOSEN));
    if (!chosen.isEmpty()) {
      notes.add(Boot.DEVICE_TREE_NOTE + String.join(" ", chosen));
    } else if (rawTreeSays(BootClass.BOOTED_FROM_KEXEC)) {
      notes.add(RAW_TREE + ": " + BootClass.BOOTED_FROM_KEXEC);
    }
    if (!notes.isEmpty() || tree.exists(RAW_TREE)) {
      notes.add(Boot.FIRMWARE_NOTE + (tree.exists(ACPI) ? "acpi" : "device tree"));
    }
    return notes;
  }

  /** A property has its name in the tree once, in a block of names; the tree stays as it is. */
  private boolean rawTreeSays(String property) {
    Boolean known = rawTreeSays;
    if (known == null) {
      try {
        byte[] bytes = tree.head(RAW_TREE, LARGEST_TREE);
        known =
            bytes != null
                && new String(bytes, StandardCharsets.ISO_8859_1).contains('\0' + property + '\0');
      } catch (IOException unreadable) {
        known = false; // for root only
      }
      rawTreeSays = known;
    }
    return known;
  }

  /**
   * What the kernel before said of itself; empty if it did not, or not in the one way that is known
   * (u32 version 1, 65 bytes of release, u32 number of handovers).
   */
  private String kernelBefore() {
    byte[] bytes;
    try {
      bytes = tree.head(METADATA, METADATA_LENGTH);
    } catch (IOException unreadable) {
      return "there, unreadable";
    }
    if (bytes == null) {
      return "";
    }
    ByteBuffer metadata = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    if (bytes.length < METADATA_LENGTH || metadata.getInt(0) != 1) {
      return "there, of a kind that is not known";
    }
    String release =
        new String(bytes, RELEASE_OFFSET, RELEASE_LENGTH, StandardCharsets.US_ASCII).split("\0")[0];
    return release.matches("[0-9A-Za-z.+~_-]+")
        ? "release " + release + ", handover " + metadata.getInt(COUNT_OFFSET)
        : "there, of a kind that is not known";
  }
}
