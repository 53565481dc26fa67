package io.acswatch.pci.config.capability;

import java.util.ArrayList;
import java.util.List;

/**
 * ACS registers of one function, as values.
 *
 * @param offset bytes from the start of the space to the capability header, 0x100 to 0xFFC
 * @param secondDword the dword at +8: start of the egress control vector, or Control itself on the
 *     Intel root ports that widened both registers to 32 bits
 */
public record AcsRegisters(int offset, int capability, int control, int secondDword) {
  private static final int BASIC = 0x7F;
  private static final String[] LETTERS = {"SV", "TB", "RR", "CR", "UF", "EC", "DT"};

  /** Control; {@code isDword} on ports that have it as a dword. */
  public int word(boolean isDword) {
    return isDword ? secondDword : control;
  }

  public AcsRegisters withWord(boolean isDword, int word) {
    return isDword
        ? new AcsRegisters(offset, capability, control, word)
        : new AcsRegisters(offset, capability, word, secondDword);
  }

  /** The same with the required controls all on, or all off. */
  public AcsRegisters withRequired(boolean on) {
    int mask = AcsCapability.REQUIRED;
    return on
        ? new AcsRegisters(offset, capability, control | mask, secondDword | mask)
        : new AcsRegisters(offset, capability, control & ~mask, secondDword & ~mask);
  }

  /** Mask of the Control bits that this Capability has; those of the enhanced part included. */
  public int existingControls() {
    boolean enhanced = (capability & AcsCapability.ENHANCED) != 0;
    return capability & BASIC | (enhanced ? AcsCapability.ENHANCED_CONTROLS : 0);
  }

  /** True if each of {@code flags} is on or fixed on; egress control never counts as fixed on. */
  public static boolean enforces(int capability, int control, int flags) {
    int demanded = flags & (capability | AcsCapability.EGRESS_CONTROL);
    return (control & demanded) == demanded;
  }

  /** Short names of the set bits 0 to 6, in ascending order: {@code [SV, RR, CR, UF]}. */
  public static List<String> flagNames(int word) {
    List<String> names = new ArrayList<>();
    for (int bit = 0; bit < LETTERS.length; bit++) {
      if ((word >>> bit & 1) != 0) {
        names.add(LETTERS[bit]);
      }
    }
    return names;
  }
}
