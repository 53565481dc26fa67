package io.acswatch.wire.text;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.snapshot.CapturedFunction;
import org.jspecify.annotations.Nullable;

/**
 * One function as one source has it: in words, with a dump, or as a capture holds it.
 *
 * @param source name of the file
 * @param line where the function begins in it
 * @param dump bytes of a hex dump or of a file of {@code /proc/bus/pci}; null where there is none
 * @param captured the function of a capture, else null
 */
record Listed(
    String source,
    int line,
    ShownFunction shown,
    @Nullable ConfigSpace dump,
    @Nullable CapturedFunction captured) {
  private static final int DUMPED = 4;
  private static final int CAPTURED = 5;
  private static final int SECONDARY_BUS = 0x19;
  private static final int SHORT_DUMP = 64;

  /** A function of which a list has the heading only. */
  static Listed named(String source, int line, ShownFunction shown) {
    return new Listed(source, line, shown, null, null);
  }

  /** True if both show their ids in digits, and those differ. */
  boolean isOtherDeviceThan(Listed other) {
    return showsIds()
        && other.showsIds()
        && (function().ids().vendor() != other.function().ids().vendor()
            || function().ids().device() != other.function().ids().device());
  }

  private boolean showsIds() {
    return dump == null ? shown.showsIds() : dump.length() >= SHORT_DUMP;
  }

  /** How much is known, see {@link ShownFunction#depth}; of two sources the deeper one counts. */
  int depth() {
    if (captured != null) {
      return CAPTURED;
    }
    if (dump == null) {
      return shown.depth();
    }
    // 64 bytes tell less than words that name all capabilities, 256 less than words on them.
    return dump.length() <= SHORT_DUMP ? 1 : isShort() ? 2 : DUMPED;
  }

  /** What keeps the function from being known, as far as a dump would make it known. */
  ShownFunction.Gap gap() {
    if (captured == null && dump == null) {
      return shown.gap();
    }
    return dump != null && depth() == 1 ? ShownFunction.Gap.DENIED : ShownFunction.Gap.NONE;
  }

  boolean lacksChipsetBase() {
    return shown.lacksChipsetBase() && depth() < DUMPED;
  }

  /** Length of the dump. */
  int bytes() {
    return dump == null ? 0 : dump.length();
  }

  /** True if there may be extended capabilities, and neither dump nor words tell of them. */
  boolean isShort() {
    return dump != null && shown.isShort(dump);
  }

  int secondaryBus() {
    return dump == null || dump.length() < SHORT_DUMP
        ? shown.secondaryBus()
        : dump.u8(SECONDARY_BUS);
  }

  /** The function without its group, which any source may tell. */
  CapturedFunction function() {
    if (captured != null) {
      return captured;
    }
    return dump == null ? shown.toFunction() : shown.withDump(dump);
  }
}
