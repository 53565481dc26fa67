package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.collector.FixtureHost;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  private static final PciAddress PORT = PciAddress.parse("0000:00:03.0");
  private static final int ACS_CONTROL = 0x14E;

  @TempDir private Path directory;
  private FixtureHost host;
  private ConfigReader reader;

  @BeforeEach
  void buildHost() throws IOException {
    host = FixtureHost.of(TestCaptures.read("switch-before.cap"), directory);
    reader = new ConfigReader(new HostTree(directory));
  }

  @Test
  void readsOneWordWhereItIsAsked() throws IOException {
    host.poke(PORT, ACS_CONTROL, 0x19);
    host.poke(PORT, ACS_CONTROL + 1, 0x80);

    assertEquals(0x8019, reader.readWord(PciSource.directory(PORT), ACS_CONTROL));
  }

  @Test
  void hasNoWordBeyondTheEnd() {
    assertEquals(-1, reader.readWord(PciSource.directory(PORT), 4095));
  }

  @Test
  void hasNoWordOfASleepingFunction() throws IOException {
    host.write(host.realDirectory(PORT) + "/power_state", "D3cold\n");

    assertEquals(-1, reader.readWord(PciSource.directory(PORT), ACS_CONTROL));
  }

  @Test
  void hasNothingOfAFunctionThatIsGone() {
    assertNull(reader.read("/sys/bus/pci/devices/0000:7f:00.0"));
  }
}
