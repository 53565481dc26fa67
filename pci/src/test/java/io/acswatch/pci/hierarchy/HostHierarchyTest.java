package io.acswatch.pci.hierarchy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.acswatch.pci.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostHierarchyTest {
  @Test
  void aFunctionMayComeBeforeItsBridge() {
    List<PciFunction> functions =
        new ArrayList<>(
            new TestHost()
                .add("RP", "00:01.0", null, PortType.ROOT_PORT, false, TestHost.OK)
                .add("UP", "01:00.0", "RP", PortType.UPSTREAM_PORT, false, TestHost.NONE)
                .add("DP", "02:00.0", "UP", PortType.DOWNSTREAM_PORT, false, TestHost.OK)
                .add("EP", "03:00.0", "DP", PortType.ENDPOINT, false, TestHost.NONE)
                .bareSnapshot()
                .functions());
    Collections.reverse(functions);

    HostHierarchy hierarchy =
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> HostHierarchy.of(functions));

    assertEquals(
        List.of(1, 2, 3, HostHierarchy.NONE),
        List.of(
            hierarchy.bridgeAbove(0),
            hierarchy.bridgeAbove(1),
            hierarchy.bridgeAbove(2),
            hierarchy.bridgeAbove(3)));
  }
}
