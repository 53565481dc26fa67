package io.acswatch.pci.preflight;

import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.iommu.RuleSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A kernel to come: its boot as foretold, and the rules it groups by.
 *
 * @param boot of an id that no boot has
 * @param model its rules
 * @param hosts how many that run it told of its rules
 * @param contradicted by their groups it follows none that are known
 */
record KexecTarget(Boot boot, ModelChoice model, int hosts, boolean contradicted) {
  private static final String NEXT_BOOT = "(after the kexec)";
  private static final Pattern SAYS_DEBIAN = Pattern.compile("Debian \\d");

  /**
   * The kernels that may be meant: one, or, where the release does not tell its rules and no model
   * is asked for, one for each set of rules that it may follow.
   *
   * @param named release as {@code uname -r} says it, or {@code uname -rv}, or {@code Debian
   *     6.1.174-1}; null for the present kernel
   * @param commandLine null for the present one
   * @param asked overrules the model; null for that of the kernel
   * @param kernels what hosts tell of kernels, that of this one among them
   */
  static List<KexecTarget> of(
      Boot present,
      List<PciFunction> functions,
      @Nullable String named,
      @Nullable String commandLine,
      @Nullable GroupingModel asked,
      List<KernelKnowledge> kernels) {
    boolean same = named == null || named.equals(present.kernelRelease());
    String release = same ? present.kernelRelease() : release(named);
    String version = same ? present.kernelVersion() : version(named);
    String options = commandLine == null ? present.commandLine() : commandLine;
    boolean loaderTold = present.loader().type() != Boot.UNKNOWN_LOADER;
    int type = loaderTold ? Boot.KEXEC_LOADER : Boot.UNKNOWN_LOADER;
    Boot.Loader loader = new Boot.Loader(type, present.loader().version());
    Boot.Notes notes = new Boot.Notes(present.notes().iommus(), "", "", "");
    Boot boot = new Boot(NEXT_BOOT, release, version, options, loader, notes, "");
    if (asked != null) {
      Boot judged = boot.withModel(asked.label());
      return List.of(new KexecTarget(judged, ModelChoice.of(judged, null, functions), 0, false));
    }
    ModelChoice model = ModelChoice.of(boot, null, functions);
    List<RuleSet> may = RuleSet.mayFollow(boot, model.machine());
    List<KernelKnowledge> told =
        kernels.stream()
            .filter(kernel -> kernel.hosts() > 0)
            .filter(kernel -> isOf(kernel, same ? release + " " + version : named))
            .toList();
    Set<RuleSet> left = new LinkedHashSet<>(told.isEmpty() ? may : List.of());
    told.forEach(kernel -> left.addAll(kernel.narrowed(may)));
    boolean contradicted = left.isEmpty();
    if (contradicted) {
      left.addAll(may);
    }
    boolean narrowed = contradicted || !left.equals(Set.copyOf(may));
    int hosts = narrowed ? told.stream().mapToInt(KernelKnowledge::hosts).sum() : 0;
    if (may.size() == 1 && left.equals(Set.copyOf(may))) {
      return List.of(new KexecTarget(boot, model, hosts, contradicted));
    }
    List<KexecTarget> targets = new ArrayList<>();
    for (RuleSet rules : left) {
      Boot following = boot.following(rules);
      targets.add(
          new KexecTarget(
              following,
              ModelChoice.of(following, null, functions).withReason(rules.text()),
              hosts,
              contradicted));
    }
    return targets;
  }

  /** True for the kernel that is named, whole or by its release alone. */
  private static boolean isOf(KernelKnowledge kernel, String named) {
    return named.equals(kernel.release())
        || named.strip().equals((kernel.release() + " " + kernel.version()).strip());
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
