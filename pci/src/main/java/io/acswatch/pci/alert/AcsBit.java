package io.acswatch.pci.alert;

import io.acswatch.pci.config.capability.AcsCapability;
import java.util.ArrayList;
import java.util.List;

/**
 * What it means that an ACS control is clear. The four that Linux demands regroup devices at the
 * next live update; the others never do and matter to the hardware only.
 */
public enum AcsBit {
  SV(
      AcsCapability.SOURCE_VALIDATION,
      "a device below can send requests under another's id, and so use its IOMMU mappings"),
  TB(
      AcsCapability.TRANSLATION_BLOCKING,
      "requests marked as translated pass, so a device with ATS can go around the IOMMU"),
  RR(
      AcsCapability.REQUEST_REDIRECT,
      "requests between devices go direct and are never seen by the IOMMU"),
  CR(
      AcsCapability.COMPLETION_REDIRECT,
      "completions of requests between devices take the direct path"),
  UF(
      AcsCapability.UPSTREAM_FORWARDING,
      "requests from below that target the port's own range are turned around in it"),
  EC(AcsCapability.EGRESS_CONTROL, "the egress control vector decides nothing"),
  DT(AcsCapability.DIRECT_TRANSLATED, "translated requests are redirected too"),
  IB(AcsCapability.IO_REQUEST_BLOCKING, "I/O requests pass"),
  DM(AcsCapability.DSP_MEMORY_TARGET, "devices can reach the memory of downstream ports"),
  UM(AcsCapability.USP_MEMORY_TARGET, "devices can reach the memory of the upstream port"),
  UR(
      AcsCapability.UNCLAIMED_REQUEST_REDIRECT,
      "requests that no downstream port claims are not redirected");

  private final int mask;
  private final String clearedAllows;

  AcsBit(int mask, String clearedAllows) {
    this.mask = mask;
    this.clearedAllows = clearedAllows;
  }

  private static List<AcsBit> in(int word) {
    List<AcsBit> bits = new ArrayList<>();
    for (AcsBit bit : values()) {
      if ((word & bit.mask) != 0) {
        bits.add(bit);
      }
    }
    return bits;
  }

  /** Short names of the controls in a word: {@code RR, CR}. */
  public static String names(int word) {
    return String.join(", ", in(word).stream().map(AcsBit::name).toList());
  }

  /** Sentences, each after a blank: what each cleared control allows, and whether groups follow. */
  public static String whatClearedAllows(int cleared) {
    StringBuilder text = new StringBuilder();
    for (AcsBit bit : in(cleared)) {
      text.append(" With ").append(bit).append(" clear, ").append(bit.clearedAllows).append('.');
    }
    return text.append(
            (cleared & AcsCapability.REQUIRED) != 0
                ? " The next live update forms groups by it."
                : " Groups do not depend on it.")
        .toString();
  }
}
