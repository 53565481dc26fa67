package io.acswatch.benchmarks.chaos;

/** What a round checks; in the words of {@code docs/guarantees.md}. */
enum Property {
  ALERTS("each alert once, in order, and no other"),
  REVISIONS("revisions without a gap"),
  ALERT_STATE("`alert-state` as the history"),
  REJECTS("rejects byte for byte, each once"),
  FRAMES("no frame of a sender is lost"),
  LOSSES("frames that are lost are told, each once"),
  PROGRESS("goes on by itself"),
  CLEAN_STOP("a clean stop restores nothing"),
  READINESS("ready means that frames are judged"),
  MEMORY("memory is bounded");

  private final String words;

  Property(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }

  /** Something that does not hold. */
  record Violation(Property property, String what) {
    @Override
    public String toString() {
      return property + ": " + what;
    }
  }
}
