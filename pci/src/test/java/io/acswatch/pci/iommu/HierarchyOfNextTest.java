package io.acswatch.pci.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a hierarchy takes over from that of other functions is what it would find itself. */
class HierarchyOfNextTest {
  private static final int SEEDS = 2_000;

  @Test
  void isTheOneThatTheFunctionsHave() {
    int reused = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<PciFunction> functions = RandomHierarchies.next(random);
      List<PciFunction> next = altered(functions, random);
      HostHierarchy first = HostHierarchy.of(functions);
      HostHierarchy taken = first.withFunctions(next);

      assertEquals(answers(HostHierarchy.of(next), next), answers(taken, next), "seed " + seed);
      reused += taken.hasPlacesOf(first) ? 1 : 0;
    }
    assertTrue(reused > SEEDS / 20 && reused < SEEDS * 19 / 20, reused + " reused");
  }

  @Test
  void isNotMadeAnewWhereControlsChanged() {
    SplittableRandom random = new SplittableRandom(7);
    List<PciFunction> functions = RandomHierarchies.next(random);
    HostHierarchy first = HostHierarchy.of(functions);

    assertTrue(
        first
            .withFunctions(RandomHierarchies.withOtherControls(functions, random))
            .hasPlacesOf(first));
  }

  /** A function with one part of another one, or one function less. */
  private static List<PciFunction> altered(List<PciFunction> functions, SplittableRandom random) {
    List<PciFunction> altered = new ArrayList<>(functions);
    int at = random.nextInt(functions.size());
    PciFunction old = functions.get(at);
    PciFunction other = functions.get(random.nextInt(functions.size()));
    switch (random.nextInt(5)) {
      case 0 -> altered.remove(at);
      case 1 ->
          altered.set(
              at,
              new PciFunction(other.address(), old.path(), old.ids(), old.config(), old.kernel()));
      case 2 ->
          altered.set(
              at,
              new PciFunction(old.address(), other.path(), old.ids(), old.config(), old.kernel()));
      case 3 ->
          altered.set(
              at,
              new PciFunction(old.address(), old.path(), old.ids(), other.config(), old.kernel()));
      default ->
          altered.set(
              at,
              new PciFunction(old.address(), old.path(), old.ids(), old.config(), other.kernel()));
    }
    return altered;
  }

  private static List<Object> answers(HostHierarchy hierarchy, List<PciFunction> functions) {
    List<Object> answers = new ArrayList<>();
    for (int i = 0; i < functions.size(); i++) {
      answers.add(hierarchy.function(i));
      answers.add(hierarchy.indexOf(functions.get(i).path()));
      answers.add(hierarchy.bridgeAbove(i));
      answers.add(hierarchy.shownBelow(i));
      answers.add(hierarchy.realDmaDevice(i));
      answers.add(hierarchy.type(i));
      answers.add(hierarchy.isMultifunction(i));
      for (int mate = 0; mate < hierarchy.busMateCount(i); mate++) {
        answers.add(hierarchy.busMate(i, mate));
      }
    }
    return answers;
  }
}
