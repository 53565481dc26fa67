package io.acswatch.pci.alert;

public enum AlertStatus {
  RAISED,
  /** Still there, with other evidence or another severity. */
  UPDATED,
  /** Gone: the condition no longer holds. */
  RESOLVED
}
