package io.acswatch.wire.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.InputException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnersReaderTest {
  @Test
  void readsClaimsBetweenCommentsAndBlankLines() throws InputException {
    assertEquals(
        List.of(
            new OwnershipClaim(PciAddress.parse("0000:01:00.0"), "vm a", "libvirt"),
            new OwnershipClaim(PciAddress.parse("10000:01:00.0"), "b", "")),
        read("# who owns what\n\nowner\t01:00.0\tvm a\tlibvirt\n  \nowner\t10000:01:00.0\tb\t\n"));
    assertEquals(List.of(), read(""));
  }

  @Test
  void refusesEverythingElse() {
    assertProblem(
        "line begins with \"owners\", expected owner TAB address TAB vm TAB source",
        "owners\t01:00.0\ta\tb");
    assertProblem(
        "line begins with \"owner 01:00.0 a b\", expected owner TAB address TAB vm TAB source",
        "owner 01:00.0 a b");
    assertProblem("owner: fields=2, expected 3 after the key", "owner\t01:00.0\ta");
    assertProblem("owner: address=\"x\", expected [dddd:]bb:dd.f", "owner\tx\ta\tb");
    assertProblem("owner: vm=\"\", expected the name of a VM", "owner\t01:00.0\t\tb");
  }

  private static void assertProblem(String problem, String line) {
    InputException refused = assertThrows(InputException.class, () -> read("#\n" + line + "\n"));
    assertEquals(problem, refused.problem());
    assertTrue(refused.getMessage().startsWith("owners:2:"), refused.getMessage());
  }

  private static List<OwnershipClaim> read(String text) throws InputException {
    return OwnersReader.read(
        "owners", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
