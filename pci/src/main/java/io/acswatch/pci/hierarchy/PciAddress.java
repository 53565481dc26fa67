package io.acswatch.pci.hierarchy;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Domain, bus, device and function of a PCI function, printed {@code 0000:3b:00.1}.
 *
 * <pre>
 *   domain (32 bits; VMD domains start at 0x10000)   requester id: | bus 8 | device 5 | function 3 |
 * </pre>
 *
 * Ordered by domain, then bus, device and function.
 */
public record PciAddress(int domain, int requesterId) implements Comparable<PciAddress> {
  private static final String DIGITS = "0123456789abcdef";

  /** Eight digits of domain, and {@code :bb:dd.f}. */
  private static final int MAX_LENGTH = 16;

  /** Refuses values outside 0..0x7FFFFFFF and 0..0xFFFF. */
  public PciAddress {
    if (domain < 0) {
      throw new IllegalArgumentException("domain=" + domain + ", expected 0 to 0x7fffffff");
    }
    if (requesterId < 0 || requesterId > 0xFFFF) {
      throw new IllegalArgumentException("requesterId=" + requesterId + ", expected 0 to 0xffff");
    }
  }

  /** As a record's own, whose first call makes classes: an agent that starts feels it. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PciAddress address
        && domain == address.domain
        && requesterId == address.requesterId;
  }

  /** Puts an address together; {@code device} 0..31, {@code function} 0..7. */
  public static PciAddress of(int domain, int bus, int device, int function) {
    return new PciAddress(domain, bus << 8 | device << 3 | function);
  }

  /**
   * Reads {@code [dddd:]bb:dd.f}; the domain has any number of hex digits up to 8 and defaults to
   * 0.
   *
   * @throws IllegalArgumentException if {@code text} is not such an address
   */
  public static PciAddress parse(CharSequence text) {
    PciAddress address = parseOrNull(text);
    if (address == null) {
      throw new IllegalArgumentException(
          "address=\"" + text + "\", expected [dddd:]bb:dd.f in hexadecimal");
    }
    return address;
  }

  /** The same, but null if it is not such an address. */
  public static @Nullable PciAddress parseOrNull(CharSequence text) {
    return parseOrNull(text, 0, text.length());
  }

  /** The same of a part of {@code text}. */
  public static @Nullable PciAddress parseOrNull(CharSequence text, int start, int end) {
    long number = number(text, start, end);
    return number < 0 ? null : new PciAddress((int) (number >>> 16), (int) number & 0xFFFF);
  }

  /** Domain and requester id of the same as one number; negative if it is not such an address. */
  static long number(CharSequence text, int start, int end) {
    int length = end - start;
    // From the right, where every part has a fixed width: dd.f, bb, and whatever is left.
    boolean shaped =
        length >= 7
            && length <= MAX_LENGTH
            && text.charAt(end - 2) == '.'
            && text.charAt(end - 5) == ':'
            && (length == 7 || (length >= 9 && text.charAt(end - 8) == ':'));
    if (!shaped) {
      return -1;
    }
    long bus = hex(text, end - 7, end - 5);
    long device = hex(text, end - 4, end - 2);
    long function = hex(text, end - 1, end);
    long domain = length == 7 ? 0 : hex(text, start, end - 8);
    boolean isOne =
        (bus | device | function | domain) >= 0
            && device < 32
            && function < 8
            && domain <= Integer.MAX_VALUE;
    return isOne ? domain << 16 | bus << 8 | device << 3 | function : -1;
  }

  /** The number that at most eight digits write; negative if there is another character. */
  private static long hex(CharSequence text, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!HexFormat.isHexDigit(c)) {
        return -1;
      }
      number = number << 4 | HexFormat.fromHexDigit(c);
    }
    return number;
  }

  public int bus() {
    return requesterId >>> 8;
  }

  /** Device and function in one byte, as the kernel's devfn. */
  public int devfn() {
    return requesterId & 0xFF;
  }

  public int device() {
    return devfn() >>> 3;
  }

  public int function() {
    return requesterId & 7;
  }

  public boolean isOnSameBusAs(PciAddress other) {
    return domain == other.domain && bus() == other.bus();
  }

  public boolean isInSameSlotAs(PciAddress other) {
    return isOnSameBusAs(other) && device() == other.device();
  }

  /** Spread: most functions are number 0 of their bus, and would meet in one bucket of a map. */
  @Override
  public int hashCode() {
    return (31 * domain + requesterId) * 0x9E37_79B1;
  }

  @Override
  public int compareTo(PciAddress other) {
    int byDomain = Integer.compare(domain, other.domain);
    return byDomain != 0 ? byDomain : Integer.compare(requesterId, other.requesterId);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(16);
    int digits = Math.max(4, (Integer.SIZE - Integer.numberOfLeadingZeros(domain) + 3) / 4);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      text.append(digit(domain >>> shift));
    }
    text.append(':').append(digit(bus() >>> 4)).append(digit(bus())).append(':');
    return appendSlot(text, devfn()).toString();
  }

  /** Appends device and function only, {@code 00.1}. */
  static StringBuilder appendSlot(StringBuilder text, int devfn) {
    return text.append(digit(devfn >>> 7))
        .append(digit(devfn >>> 3))
        .append('.')
        .append((char) ('0' + (devfn & 7)));
  }

  private static char digit(int value) {
    return DIGITS.charAt(value & 0xF);
  }
}
