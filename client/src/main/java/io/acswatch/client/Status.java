package io.acswatch.client;

/** Where an alert is in its life. No others will come. */
public enum Status {
  /** Found. */
  RAISED,
  /** Still there, with other evidence or another severity. */
  UPDATED,
  /** Gone. */
  RESOLVED
}
