package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.spool.Spool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SpoolSenderTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration BETWEEN_STEPS = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private static final class SteppedClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** As at a boot with a wrong clock: it is set right while the first frame waits for a broker. */
  @Test
  @Timeout(60)
  void aProducerFromBeforeTheClockWasSetBackIsNotWaitedFor() throws Exception {
    FixtureHost host =
        FixtureHost.of(
            TestCaptures.read("switch-before.cap"), Files.createDirectory(directory.resolve("h")));
    CollectorConfig config =
        CollectorConfig.from(
            Map.of(
                "collector.bootstrap.servers",
                "127.0.0.1:1",
                "collector.root",
                host.root().toString(),
                "collector.reads.per.second",
                "100000",
                "collector.send.timeout.ms",
                "600000",
                "collector.spool.dir",
                directory.resolve("spool").toString()));
    Spool spool = Spool.open(config.spoolOrDefault(), config.spoolLimits());
    SteppedClock clock = new SteppedClock();
    new SpoolingReader(config, spool, clock).tick(1);
    int waiting = spool.entries().size();
    SpoolSender sender = new SpoolSender(config, spool, clock);
    Thread sending =
        new Thread(
            () -> {
              try {
                sender.run();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            });
    sending.start();
    while (sender.status().failures() == 0) {
      clock.ahead = clock.ahead.minusHours(1); // again, should it be before the first look
      sending.join(BETWEEN_STEPS.toMillis());
    }
    sender.stop();
    sending.join(LIMIT.toMillis());

    assertFalse(sending.isAlive());
    assertEquals(waiting, spool.entries().size());
  }
}
