package io.acswatch.pci.alert;

import io.acswatch.pci.iommu.ModelChoice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What an operator does next, by what was found; the sentences stand in {@code next-steps.tsv}. */
public final class NextSteps {
  private static final Map<String, String> STEPS = read();

  /** For a device that was to pass through a live update and did not. */
  public static final String AFTER_LOST_DEVICE = step("after-lost-device");

  private NextSteps() {}

  private static Map<String, String> read() {
    Map<String, String> steps = new HashMap<>();
    try (InputStream file = NextSteps.class.getResourceAsStream("next-steps.tsv")) {
      for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (!line.startsWith("#")) {
          String[] columns = line.split("\t");
          for (String name : columns[0].split(" ")) {
            steps.put(name, columns[1]);
          }
        }
      }
      return steps;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static String step(String name) {
    return Objects.requireNonNull(STEPS.get(name), name);
  }

  /** The step for a merge by the word of a port that a live update adopted. */
  public static String afterLiveUpdate(AlertCode merge) {
    return (isOfSecondVm(merge) ? step("of-second-vm") : of(merge)) + " " + step("of-adopted-port");
  }

  private static boolean isOfSecondVm(AlertCode code) {
    return code == AlertCode.GROUP_MERGED_CROSS_VM || code == AlertCode.OWNERSHIP_UNKNOWN;
  }

  /** The step on a kernel of these rules; not by all of them a boot switches ACS on. */
  public static String of(AlertCode code, ModelChoice kernel) {
    boolean healsNothing = isOfSecondVm(code) && !kernel.switchesOn(Integer.MAX_VALUE);
    return healsNothing ? step("where-no-boot-heals") : of(code);
  }

  public static String of(AlertCode code) {
    return step(code.name());
  }
}
