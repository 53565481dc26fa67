package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import java.io.Closeable;
import java.io.IOException;

/** Something that reads the records of a lane from their start. */
@FunctionalInterface
interface Contender {
  /** Starts to read; {@code run} is a name that no other run has. */
  Running start(Lane lane, String run) throws IOException;

  /** A contender at work; its end deletes what only it has used. */
  interface Running extends Closeable {
    /** Records that it is through with, what comes of them committed. */
    long done() throws IOException;
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
