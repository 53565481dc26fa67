package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A renamed store would orphan its changelog, and with it all that is remembered. */
class IsolationTopologyGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/topology.txt");

  @Test
  void topologyMatchesTheGolden() throws IOException {
    String described =
        IsolationTopology.build(
                TopicNames.DEFAULT, AlertLinks.DEFAULT, TopologyObserver.NONE, HostObserver.NONE)
            .describe()
            .toString();
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(GOLDEN.getParent());
      Files.writeString(GOLDEN, described);
    }
    assertEquals(Files.readString(GOLDEN), described, () -> "golden " + GOLDEN.getFileName());
  }
}
