package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/** Something that reads the records of a lane from their start. */
@FunctionalInterface
interface Contender {
  Duration POLL = Duration.ofMillis(10);
  Duration PATIENCE = Duration.ofSeconds(120);

  /** Starts to read; {@code run} is a name that no other run has. */
  Running start(Lane lane, String run) throws IOException;

  /** A contender at work; its end deletes what only it has used. */
  interface Running extends Closeable {
    /** Records that it is through with, what comes of them committed. */
    long done() throws IOException;

    /** Waits until it is through with so many records, and says with how many it is. */
    default long await(long records) throws IOException, InterruptedException {
      long last = 0;
      long lastAt = System.nanoTime();
      while (true) {
        long done = done();
        if (done >= records) {
          return done;
        }
        if (done != last) {
          last = done;
          lastAt = System.nanoTime();
        } else if (System.nanoTime() - lastAt > PATIENCE.toNanos()) {
          throw new IOException("stands still after %d of %d records".formatted(done, records));
        }
        Thread.sleep(POLL.toMillis());
      }
    }
  }

  /** Is through with what its consumer group has committed. */
  record CommittingRun(Broker broker, Lane lane, String group, Closeable ending)
      implements Running {
    @Override
    public long done() throws IOException {
      return broker.committed(group, lane.topics().frames());
    }

    @Override
    public void close() throws IOException {
      ending.close();
    }
  }
}
