package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repetitions that the topology does not judge: it remembers what judging them would have led to.
 */
class SettledStateTest {
  private static final int HISTORIES = Integer.getInteger("properties.tries", 60);
  private static final long ELEVEN_MINUTES = 660_000;

  @TempDir Path directory;

  /** Where other bytes say the same, their digest is remembered, and so their number. */
  private static HostState numbered(HostState state, long sequence) {
    Snapshot current = state.current();
    return new HostState(
        state.baseline(),
        current.at(current.takenAtMillis(), sequence),
        state.revision(),
        state.open(),
        state.pending(),
        state.intendedOwners(),
        state.history());
  }

  /** After each snapshot of a history the host stays as it is for up to an hour. */
  @Test
  void notJudgingARepetitionLeadsToTheStateThatJudgingItDoes() {
    int repetitions = 0;
    int alerts = 0;
    try (TopologyRun run = new TopologyRun(directory)) {
      for (long seed = 0; seed < HISTORIES; seed++) {
        SplittableRandom random = new SplittableRandom(~seed);
        HostState expected = HostState.NONE;
        long later = 0;
        long number = 0;
        for (Capture capture : RandomHistory.of(seed)) {
          int times = 1 + random.nextInt(6);
          for (int i = 0; i < times; i++) {
            later += i == 0 ? 0 : ELEVEN_MINUTES;
            number++;
            Capture now = capture.withHost(capture.host(), number, capture.takenAtMillis() + later);
            run.send(now.host(), FrameWriter.write(now));
            Snapshot snapshot = Snapshot.of(now);
            HostState remembered = HostStateSerde.unpack(run.store().get(now.host()));
            if (Judgement.isRepetition(expected, snapshot)) {
              expected = numbered(expected, remembered.current().sequence());
            } else {
              Judged judged = Judgement.apply(expected, snapshot).notAfter(run.now());
              expected = judged.state();
              alerts += judged.alerts().size();
            }
            repetitions += i == 0 ? 0 : 1;
            assertEquals(expected, remembered, "seed " + seed + ", snapshot " + number);
          }
        }
      }
      assertEquals(alerts, run.read(TopologyRun.TOPICS.alerts()).size());
    }
    assertTrue(alerts > HISTORIES && repetitions > 10 * HISTORIES, alerts + ", " + repetitions);
  }
}
