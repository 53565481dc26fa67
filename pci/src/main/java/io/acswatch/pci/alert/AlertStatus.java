package io.acswatch.pci.alert;

/** Where an alert is in its life. */
public enum AlertStatus {
  /** Found for the first time. */
  RAISED,
  /** Still there, with other evidence or another severity. */
  UPDATED,
  /** Gone: the condition no longer holds. */
  RESOLVED
}
