package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.streams.Frames;
import io.acswatch.streams.incident.IncidentStores;
import io.acswatch.streams.kernel.KernelStores;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store is read back from grows with its keys. One whose keys are ever new would leave the
 * end of each in its changelog for hours.
 */
class ChangelogKeysTest {
  @TempDir private Path scratch;

  @Test
  void alertsThatComeAndGoUseTheirKeysAgain() {
    try (TopologyRun run = new TopologyRun(scratch)) {
      Map<String, Set<String>> keys = new TreeMap<>();
      comeAndGo(run, 0, 2);
      read(run, keys);
      Map<String, Set<String>> before = new TreeMap<>();
      keys.forEach((store, known) -> before.put(store, new TreeSet<>(known)));
      assertTrue(keys.values().stream().noneMatch(Set::isEmpty), keys::toString);

      comeAndGo(run, 2, 8);
      read(run, keys);
      assertEquals(before, keys);
    }
  }

  /** Each time alone on one host, and then on two. */
  private static void comeAndGo(TopologyRun run, int from, int to) {
    for (int time = from; time < to; time++) {
      for (String capture : List.of("kexec-001-before", "kexec-001-after", "kexec-001-before")) {
        send(run, "alone", capture);
      }
      for (String capture : List.of("kexec-001-before", "kexec-001-after", "kexec-001-before")) {
        send(run, "a", capture);
        send(run, "b", capture);
      }
    }
  }

  private static void send(TopologyRun run, String host, String capture) {
    long number = run.now() - Frames.TAKEN_AT;
    run.send(
        host,
        FrameWriter.write(Frames.inBoot("boot-" + number, Frames.capture(capture, host, number))));
  }

  private static void read(TopologyRun run, Map<String, Set<String>> keys) {
    List<String> stores = new ArrayList<>(IncidentStores.ALL);
    stores.addAll(KernelStores.ALL);
    stores.add(Nodes.HOST_STATE);
    for (String store : stores) {
      Set<String> known = keys.computeIfAbsent(store, name -> new TreeSet<>());
      for (TestRecord<byte[], byte[]> record : run.read("run-" + store + "-changelog")) {
        known.add(new String(record.key(), StandardCharsets.UTF_8));
      }
    }
  }
}
