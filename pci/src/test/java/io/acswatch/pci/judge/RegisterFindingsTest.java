package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ACS words that are others than before. */
class RegisterFindingsTest {
  private static List<IsolationAlert> found(
      @Nullable AcsRegisters before, @Nullable AcsRegisters after) {
    return RegisterFindings.of(
        new Comparison(host(before, "boot-1").snapshot(), host(after, "boot-2").snapshot()));
  }

  private static TestHost host(@Nullable AcsRegisters port, String boot) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, port)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .kexec(boot);
  }

  private static AcsRegisters words(String text) {
    String[] words = text.split("/");
    return new AcsRegisters(
        0x148, Integer.parseInt(words[0], 16), Integer.parseInt(words[1], 16), 0);
  }

  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource({
    "005f/001d, 005f/001d, ''",
    "005f/001d, 005f/0019, ACS_BIT_CLEARED WARNING lost ACS Control RR",
    "005f/003d, 005f/001d, ''",
    "005f/005d, 005f/001d, ACS_BIT_CLEARED INFO lost ACS Control DT",
    "005f/001d, 005f/005d, ACS_BIT_SET WARNING gained ACS Control DT",
    "005f/001d, 005f/003d, ACS_BIT_SET WARNING gained ACS Control EC",
    "005f/001d, 005f/001f, ACS_BIT_SET INFO gained ACS Control TB",
    "009f/021d, 009f/001d, ACS_BIT_CLEARED INFO lost ACS Control DM",
    // Without the enhanced fields these bits mean nothing, and the same bit of Capability is a
    // size.
    "001f/021d, 001f/001d, ''",
    "081f/081d, 081f/001d, ''"
  })
  void controlsThatCameOrWentAreTold(String before, String after, String told) {
    List<String> found =
        found(words(before), words(after)).stream()
            .map(alert -> alert.code() + " " + alert.severity() + " " + said(alert))
            .toList();

    assertEquals(told.isEmpty() ? List.of() : List.of(told), found);
  }

  private static String said(IsolationAlert alert) {
    return alert.headline().replaceFirst("^0000:00:01.0 (.*) after a kexec$", "$1");
  }

  private static IsolationAlert only(List<IsolationAlert> alerts) {
    assertEquals(1, alerts.size());
    assertEquals(List.of("vm-a"), alerts.get(0).vms());
    return alerts.get(0);
  }

  @Test
  void lostControlIsTheCause() {
    Cause cause = only(found(OK, words("005f/0019"))).cause();

    assertEquals(Cause.Kind.ACS_CONTROL_CHANGED, cause.kind());
    assertEquals(0x14E, cause.register().registerOffset());
    assertEquals(
        "0000:00:01.0 lost ACS Control RR after a kexec. With RR clear, requests between devices go"
            + " direct and are never seen by the IOMMU. The next live update forms groups by it.",
        cause.explanation());
  }

  @ParameterizedTest(name = "{0} at {1}")
  @CsvSource({"328, 001f", "336, 005f"})
  void anotherCapabilityIsTold(int offset, String capability) {
    AcsRegisters other = new AcsRegisters(offset, Integer.parseInt(capability, 16), 0x1D, 0);
    IsolationAlert alert = only(found(OK, other));
    String headline =
        "0000:00:01.0 has another ACS Capability after a kexec: %s at 0x%03x instead of 005f at 0x148"
            .formatted(capability, offset);

    assertEquals(AlertCode.ACS_CAP_CHANGED, alert.code());
    assertEquals(Severity.WARNING, alert.severity());
    assertEquals(headline, alert.headline());
    assertEquals(Cause.Kind.ACS_CAPABILITY_CHANGED, alert.cause().kind());
    assertEquals(headline + ".", alert.cause().explanation());
    assertEquals(offset + 4, alert.cause().register().registerOffset());
    assertEquals(0x5F, alert.cause().register().before());
    assertEquals(other.capability(), alert.cause().register().after());
  }

  @Test
  void capabilityThatIsGoneIsTheCause() {
    IsolationAlert alert = only(found(OK, NONE));

    assertEquals(AlertCode.ACS_CAP_DROPPED, alert.code());
    assertEquals("0000:00:01.0 has no ACS capability any more after a kexec", alert.headline());
    assertEquals(Cause.Kind.ACS_CAPABILITY_GONE, alert.cause().kind());
    assertEquals(List.of(), found(NONE, OK));
  }
}
