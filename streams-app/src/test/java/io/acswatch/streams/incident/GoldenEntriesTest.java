package io.acswatch.streams.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.client.Incident;
import io.acswatch.client.Severity;
import io.acswatch.streams.state.UnknownStateVersionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Entries of the incidents' stores, and of the topic between their halves, as they lie on disk and
 * in changelogs. Rewritten by {@code -Dgolden.update=true} until the first release.
 */
class GoldenEntriesTest {
  private static final Path STATES = Path.of("src/test/resources/states");
  private static final AlertCause CAUSE =
      new AlertCause(
          "GROUP_MERGED_CROSS_VM",
          "8086:2f00/103c:0021 «x»",
          "6.1.0-56-cloud-amd64",
          "ACS_CONTROL_CHANGED",
          "pci0000:00/03.0",
          List.of("RR", "CR"));
  private static final String JSON =
      "{\"schema_version\":1,\"incident\":\"00000000000000000000000000000001\",\"revision\":3,"
          + "\"status\":\"OPENED\",\"code\":\"IOMMU_OFF\",\"severity\":\"high\",\"kernel\":\"6.1\","
          + "\"opened_at\":\"2026-01-01T00:00:00Z\",\"changed_at\":\"2026-01-01T00:00:00Z\","
          + "\"hosts\":2,\"open_hosts\":2,\"sample\":[\"a\",\"b\"],\"headline\":\"x\",\"later\":1}";

  /** One sort of entry. */
  private record Entry(String name, Object value, byte[] packed, Function<byte[], ?> unpack) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Entry> entries() {
    HostPart part = new HostPart(1_767_225_660_000L, true, Severity.HIGH, List.of("f1", "f2"));
    CauseChange came = new CauseChange(CAUSE, "host-1", "f1", Severity.CRITICAL);
    CauseChange went = new CauseChange(null, "host-1", "f1", Severity.WARNING);
    ToldCause told = new ToldCause(Severity.HIGH, CAUSE.id());
    byte[] json = JSON.getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        new Entry("host-part", part, part.pack(), HostPart::unpack),
        new Entry("cause-came", came, came.pack(), CauseChange::unpack),
        new Entry("cause-went", went, went.pack(), CauseChange::unpack),
        new Entry("told-cause", told, told.pack(), ToldCause::unpack),
        new Entry(
            "incident",
            "a b",
            IncidentStores.packIncident(json),
            packed -> String.join(" ", incident(packed).sample())));
  }

  private static Incident incident(byte[] packed) {
    return IncidentStores.unpackIncident(packed);
  }

  @ParameterizedTest
  @MethodSource("entries")
  void writesAndReadsTheGoldenEntry(Entry entry) throws Exception {
    Path file = STATES.resolve(entry.name() + ".v1");
    if (Boolean.getBoolean("golden.update")) {
      Files.write(file, entry.packed());
    }
    byte[] golden = Files.readAllBytes(file);

    assertEquals(1, golden[0], "its version");
    assertEquals(entry.value(), entry.unpack().apply(golden));
    assertEquals(HexFormat.of().formatHex(golden), HexFormat.of().formatHex(entry.packed()));
  }

  /** A rollback, or an entry of the time before versions: no record may be judged by a guess. */
  @ParameterizedTest
  @MethodSource("entries")
  void refusesAnotherVersion(Entry entry) {
    for (byte version : new byte[] {0, 2, '{', (byte) 0xFF}) {
      byte[] other = entry.packed().clone();
      other[0] = version;

      assertThrows(UnknownStateVersionException.class, () -> entry.unpack().apply(other));
    }
  }

  @ParameterizedTest
  @MethodSource("entries")
  void refusesWhatIsDamaged(Entry entry) {
    byte[] packed = entry.packed();
    assertThrows(SerializationException.class, () -> entry.unpack().apply(new byte[0]));
    for (int length : new int[] {packed.length - 1, packed.length + 1}) {
      byte[] other = Arrays.copyOf(packed, length);
      SerializationException refused =
          assertThrows(SerializationException.class, () -> entry.unpack().apply(other));
      assertTrue(refused.getMessage().matches(".*(cut short|empty)"), refused.getMessage());
    }
    for (int at = 1; at < packed.length; at++) {
      byte[] changed = packed.clone();
      changed[at] ^= (byte) 0x80;
      try {
        entry.unpack().apply(changed);
      } catch (SerializationException damaged) {
        continue; // what is said of it is one line, and no other exception comes
      }
    }
  }
}
