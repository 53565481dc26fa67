package io.acswatch.pci.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How partitions of the same functions stand to each other; a dash is a function in no group. */
class GroupPartitionTest {
  private static GroupPartition of(String groups) {
    return GroupPartition.ofLabels(
        groups.chars().map(c -> c == '-' ? GroupPartition.NO_GROUP : c - '0').toArray());
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "112, 112, {}",
    "112, 553, {}",
    "1123, 1233, '{0, 1, 2, 3}'",
    "11223, 11222, '{2, 3, 4}'",
    "11-2, 11-2, {}",
    "11-2, 1132, {2}",
    "1132, 11-2, {2}",
    "111, 11-, '{0, 1, 2}'",
  })
  void functionsElsewhereAreThoseWithOthersThereThanHere(
      String one, String other, String elsewhere) {
    assertEquals(elsewhere, of(one).functionsElsewhere(of(other)).toString());
  }

  @ParameterizedTest(name = "{0} is coarser than or equal to {1}: {2}")
  @CsvSource({
    "1122, 1122, true",
    "1122, 1234, true",
    "1122, 1233, true",
    "1122, 1222, false",
    "1234, 1123, false",
    "1122, 11-2, true",
    "11-2, 1122, false",
    "11-2, 11-2, true",
    "-112, 1223, false",
  })
  void isCoarserIfNoGroupOfTheOtherIsDivided(String coarse, String fine, boolean coarser) {
    assertEquals(coarser, of(coarse).isCoarserThanOrEqualTo(of(fine)));
  }

  @Test
  void functionsInNoGroupAreNotTogether() {
    GroupPartition partition = of("11--2");

    assertTrue(partition.together(0, 1));
    assertFalse(partition.together(1, 4));
    assertFalse(partition.together(2, 3));
    assertEquals(List.of(List.of(0, 1), List.of(4)), partition.members());
  }
}
