package io.acswatch.pci.config;

/** What a healthy configuration space never shows; kept as a mask of these constants. */
public enum ConfigOddity {
  STANDARD_LIST_LOOPS("the list of capabilities comes back to itself"),
  EXTENDED_LIST_LOOPS("the list of extended capabilities comes back to itself"),
  EGRESS_VECTOR_BEYOND_END("the ACS egress control vector reaches beyond configuration space"),
  IDS_DIFFER("vendor and device id are not those the kernel found at the boot");

  private final String sentence;

  ConfigOddity(String sentence) {
    this.sentence = sentence;
  }

  public int bit() {
    return 1 << ordinal();
  }

  public boolean isIn(int mask) {
    return (mask & bit()) != 0;
  }

  /** What is odd, in words that can follow an address and a colon. */
  public String sentence() {
    return sentence;
  }
}
