package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.source.ConfigReader.ConfigRead;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void leavesAFunctionBelowASuspendedBridgeAloneUnlessItIsItselfActive() throws IOException {
    String port = host.realDirectory(PORT);
    PciAddress below =
        TestCaptures.read("switch-before.cap").functions().stream()
            .filter(f -> f.sysfsPath().equals(port + "/" + f.address()))
            .findFirst()
            .orElseThrow()
            .address();
    host.write(port + "/power/runtime_status", "suspended\n");
    // The kernel counts active children: this one says nothing of itself.
    host.write(port + "/" + below + "/power/runtime_status", "unsupported\n");

    assertEquals(ReadStatus.ASLEEP, reader.read(PciSource.directory(below), this, true).status());
    assertEquals(-1, reader.readWord(PciSource.directory(below), ACS_CONTROL));
  }

  @ParameterizedTest(name = "{0} {1} below {2}: {3}")
  @CsvSource({
    "suspended, D3hot, unsupported, COMPLETE",
    "suspended, D3hot, active, COMPLETE",
    "suspended, D3hot, suspended, ASLEEP",
    "suspended, D3hot, suspending, ASLEEP",
    "suspended, D3cold, active, ASLEEP",
    "suspended, unknown, active, ASLEEP",
    "suspended, '', active, ASLEEP",
    "suspending, D0, active, ASLEEP",
    "active, D0, active, COMPLETE"
  })
  void readsWhatAnswersWithoutWakingAnybody(
      String status, String power, String above, ReadStatus read) throws IOException {
    String port = host.realDirectory(PORT);
    host.write(port + "/power/runtime_status", status + "\n");
    host.write(port + "/power_state", power + "\n");
    host.write(port + "/../power/runtime_status", above + "\n");

    assertEquals(read, reader.read(PciSource.directory(PORT), this, true).status());
    int word = reader.readWord(PciSource.directory(PORT), ACS_CONTROL);
    assertEquals(read == ReadStatus.ASLEEP, word < 0);
  }

  @Test
  void readsAgainWhatChangedUnderIt() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Path config = host.path(host.realDirectory(PORT) + "/config");
    Thread writer =
        new Thread(
            () -> {
              try (FileChannel file = FileChannel.open(config, StandardOpenOption.WRITE)) {
                for (int i = 0; !over.get(); i++) {
                  byte[] control = {(byte) (i % 2 == 0 ? 0x1D : 0x19)};
                  file.write(ByteBuffer.wrap(control), ACS_CONTROL);
                }
              } catch (IOException failed) {
                throw new UncheckedIOException(failed);
              }
            });
    writer.start();
    int whole = 0;
    try {
      for (int i = 0; i < 500; i++) {
        ConfigRead read = reader.read(PciSource.directory(PORT), this, true);
        whole += read.status() == ReadStatus.COMPLETE ? 1 : 0;
        assertTrue(
            Set.of(ReadStatus.COMPLETE, ReadStatus.TORN_READ).contains(read.status()),
            read::toString);
      }
    } finally {
      over.set(true);
      writer.join();
    }
    assertTrue(whole > 0);
    assertEquals(ReadStatus.COMPLETE, reader.read(PciSource.directory(PORT), this, true).status());
  }

  @Test
  void hasNothingOfAFunctionThatIsGone() {
    assertNull(reader.read("/sys/bus/pci/devices/0000:7f:00.0", this, true));
  }

  /** Whatever changed in a function: facts of a narrow read are those of a whole one. */
  @Test
  void aNarrowReadSeesAllThatFactsDependOn() throws IOException {
    String port = PciSource.directory(PORT);
    FunctionDecoder decoder = new FunctionDecoder();
    byte[] bytes = reader.read(port, this, true).space().toByteArray();
    int unseen = 0;
    for (int at = 0; at < bytes.length; at++) {
      host.poke(PORT, at, bytes[at] ^ 0x08);
      ConfigRead narrow = reader.read(port, this, false);
      ConfigRead whole = new ConfigReader(new HostTree(directory)).read(port, this, true);
      assertEquals(
          decoder.decode(whole.space(), whole.status()),
          decoder.decode(narrow.space(), narrow.status()),
          "byte " + at);
      unseen += narrow.space().hasSameBytesAs(whole.space()) ? 0 : 1;
      host.poke(PORT, at, bytes[at]);
      reader.read(port, this, true);
    }
    assertTrue(unseen > 3_900, "unseen until the whole read: " + unseen);
  }

  @Test
  void aNarrowReadOfAnotherFunctionIsWhole() throws IOException {
    String port = PciSource.directory(PORT);
    reader.read(port, this, true);
    long whole = reader.dwords();
    assertTrue(whole >= 1024);
    assertSame(reader.read(port, this, false).status(), ReadStatus.COMPLETE);
    long narrow = reader.dwords() - whole;
    assertTrue(narrow < 41, "dwords: " + narrow);
    reader.read(port, "another", false);
    assertEquals(2 * whole + narrow, reader.dwords());
  }

  @Test
  void aNarrowReadIsWholeWhereSomethingDiffers() throws IOException {
    String port = PciSource.directory(PORT);
    reader.read(port, this, true);
    host.poke(PORT, 0x800, 0x5A); // a byte that is nobody's
    host.poke(PORT, ACS_CONTROL, 0x19);
    assertEquals(0x5A, reader.read(port, this, false).space().u8(0x800));
  }

  @Test
  void aNarrowReadSeesAFunctionThatAnswersNoMore() throws IOException {
    String port = PciSource.directory(PORT);
    reader.read(port, this, true);
    for (int at = 0; at < 4096; at++) {
      host.poke(PORT, at, 0xFF);
    }
    assertEquals(-1, reader.read(port, this, false).space().u32(0x40));
  }
}
