package io.acswatch.pci.iommu;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version of a kernel as far as it decides about grouping: up to three numbers. Ordered. */
public record KernelVersion(int major, int minor, int patch) implements Comparable<KernelVersion> {
  /** A version nothing is known of; lower than all others. */
  public static final KernelVersion UNKNOWN = new KernelVersion(0, 0, 0);

  private static final Pattern NUMBERS =
      Pattern.compile("(\\d{1,5})\\.(\\d{1,5})(?:\\.(\\d{1,5}))?");
  // Debian's stable kernels keep 6.1.0-NN as their release for ever and say the true number here.
  private static final String DEBIAN_SAYS = "Debian ";
  private static final Pattern DEBIAN =
      Pattern.compile(DEBIAN_SAYS + "(\\d{1,5})\\.(\\d{1,5})(?:\\.(\\d{1,5}))?");

  // 6.1.0-49-amd64, 6.8.0-45-generic, 5.14.0-427.el9: an ABI number instead of the patch level. Or
  // no third number at all. Mainline's own 7.4.0-rc1 and 7.4.0 mean what they say.
  private static final Pattern HIDES_PATCH =
      Pattern.compile("\\d{1,5}\\.\\d{1,5}(?:\\.0-\\d.*|(?!\\.\\d|-rc|\\d).*)", Pattern.DOTALL);

  /**
   * False if the release names a line of kernels and not its patch level, as distributions have it
   * that keep one release for years, and {@code uname -v} does not say it either.
   */
  public static boolean tellPatchLevel(String kernelRelease, String kernelVersion) {
    return DEBIAN.matcher(kernelVersion).find() || !HIDES_PATCH.matcher(kernelRelease).matches();
  }

  /** The version in the form in which Debian's kernels say theirs in {@code uname -v}. */
  public String asDebianSays() {
    return DEBIAN_SAYS + this;
  }

  /** True for another patch level of the same line, or the same. */
  boolean isOfLine(KernelVersion other) {
    return major == other.major && minor == other.minor;
  }

  /** Reads the version from {@code uname -r} and {@code uname -v}. */
  public static KernelVersion of(String kernelRelease, String kernelVersion) {
    if (kernelVersion.contains(DEBIAN_SAYS)) {
      Matcher debian = DEBIAN.matcher(kernelVersion);
      if (debian.find()) {
        return ofGroups(debian, 0);
      }
    }
    Matcher numbers = NUMBERS.matcher(kernelRelease);
    return numbers.lookingAt() ? ofGroups(numbers, 0) : UNKNOWN;
  }

  /** Reads {@code N.N} or {@code N.N.N}. Throws IllegalArgumentException with what is wrong. */
  static KernelVersion parse(String text, int patchIfAbsent) {
    Matcher matcher = NUMBERS.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("kernel=\"" + text + "\", expected N.N or N.N.N");
    }
    return ofGroups(matcher, patchIfAbsent);
  }

  private static KernelVersion ofGroups(Matcher matcher, int patchIfAbsent) {
    String patch = matcher.group(3);
    return new KernelVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        patch == null ? patchIfAbsent : Integer.parseInt(patch));
  }

  @Override
  public int compareTo(KernelVersion other) {
    int byMajor = Integer.compare(major, other.major);
    int byMinor = Integer.compare(minor, other.minor);
    return byMajor != 0 ? byMajor : byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
  }

  public boolean isAtLeast(int otherMajor, int otherMinor, int otherPatch) {
    return compareTo(new KernelVersion(otherMajor, otherMinor, otherPatch)) >= 0;
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
