package io.acswatch.pci.preflight;

import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.iommu.RuleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A kernel to come: its boot as foretold, and the rules it groups by.
 *
 * @param boot of an id that no boot has
 * @param model its rules
 */
record KexecTarget(Boot boot, ModelChoice model) {
  private static final String NEXT_BOOT = "(after the kexec)";
  private static final Pattern SAYS_DEBIAN = Pattern.compile("Debian \\d");

  /**
   * The kernels that may be meant: one, or, where the release does not tell its rules and no model
   * is asked for, one for each set of rules that it may follow.
   *
   * @param functions those of the host
   * @param named release as {@code uname -r} says it, or {@code uname -rv}, or {@code Debian
   *     6.1.174-1}; null for the present kernel
   * @param commandLine null for the present one
   * @param asked overrules the model; null for that of the kernel
   */
  static List<KexecTarget> of(
      Boot present,
      List<PciFunction> functions,
      @Nullable String named,
      @Nullable String commandLine,
      @Nullable GroupingModel asked) {
    boolean same = named == null || named.equals(present.kernelRelease());
    String release = same ? present.kernelRelease() : release(named);
    String version = same ? present.kernelVersion() : version(named);
    Boot boot =
        new Boot(
            NEXT_BOOT,
            release,
            version,
            commandLine == null ? present.commandLine() : commandLine,
            present.bootloaderType() == Boot.UNKNOWN_LOADER
                ? Boot.UNKNOWN_LOADER
                : Boot.KEXEC_LOADER,
            present.bootloaderVersion(),
            present.iommus());
    if (asked != null) {
      Boot judged = boot.withModel(asked.label());
      return List.of(new KexecTarget(judged, ModelChoice.of(judged, null, functions)));
    }
    ModelChoice model = ModelChoice.of(boot, null, functions);
    List<RuleSet> may = RuleSet.mayFollow(boot, model.machine());
    if (may.size() == 1) {
      return List.of(new KexecTarget(boot, model));
    }
    List<KexecTarget> targets = new ArrayList<>();
    for (RuleSet rules : may) {
      Boot following = boot.following(rules);
      targets.add(
          new KexecTarget(
              following, ModelChoice.of(following, null, functions).withReason(rules.text())));
    }
    return targets;
  }

  private static String release(String named) {
    int blank = named.indexOf(' ');
    boolean more = blank > 0 && Character.isDigit(named.charAt(0));
    return more ? named.substring(0, blank) : named;
  }

  private static String version(String named) {
    return SAYS_DEBIAN.matcher(named).find() ? named : "";
  }
}
