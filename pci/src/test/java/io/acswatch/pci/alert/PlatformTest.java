package io.acswatch.pci.alert;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.Snapshot;
import org.junit.jupiter.api.Test;

/** What kind of machine a snapshot is of. */
class PlatformTest {
  private static final int HOST_BRIDGE = 0x060000;

  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK, new PciIds(0x8086, 0x2030, 0x060400))
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE);
  }

  private static TestHost bridge(TestHost host, String bdf, int device) {
    return host.add(bdf, bdf, null, ENDPOINT, false, NONE, new PciIds(0x8086, device, HOST_BRIDGE));
  }

  @Test
  void hostBridgesTellItSortedAndEachKindOnce() {
    TestHost host =
        bridge(bridge(bridge(host(), "00:00.0", 0x2020), "00:08.0", 0x2016), "80:00.0", 0x2020);
    Snapshot snapshot =
        AlteredFunction.in(host.snapshot(), "00:08.0", f -> f.subsystem(0x15D9, 0x095D));

    assertEquals("8086:2016/15d9:095d+8086:2020/0000:0000", Platform.of(snapshot));
  }

  @Test
  void ofTwoKindsWithOneSubsystemBothAreNamed() {
    TestHost host = bridge(bridge(new TestHost(), "00:00.0", 0x2020), "00:08.0", 0x2016);
    Snapshot snapshot =
        AlteredFunction.in(
            AlteredFunction.in(host.snapshot(), "00:00.0", f -> f.subsystem(0x8086, 0x0000)),
            "00:08.0",
            f -> f.subsystem(0x8086, 0x0000));

    assertEquals("8086:2016/8086:0000+8086:2020/8086:0000", Platform.of(snapshot));
  }

  @Test
  void rootPortsTellItWhereNoHostBridgeIsShown() {
    assertEquals("8086:2030/0000:0000", Platform.of(host().snapshot()));
  }

  @Test
  void aHostWithoutEitherIsUnknown() {
    assertEquals("", Platform.of(host().remove("RP").remove("A").snapshot()));
  }

  @Test
  void noMoreThan32KindsAreNamed() {
    TestHost host = new TestHost();
    for (int i = 0; i < 40; i++) {
      bridge(host, "%02x:00.0".formatted(i), 0x2000 + i);
    }
    String platform = Platform.of(host.snapshot());

    assertEquals(32, platform.split("\\+").length);
    assertEquals("8086:201f/0000:0000", platform.substring(platform.lastIndexOf('+') + 1));
  }
}
