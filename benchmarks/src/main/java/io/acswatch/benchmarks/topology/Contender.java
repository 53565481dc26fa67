package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import java.io.IOException;

/** Something that reads the records of a lane from their start. */
interface Contender {
  /** What it is called in the report. */
  String label();

  /** Starts to read; {@code run} is a name that no other run has. */
  Running start(Lane lane, String run) throws IOException;

  /** A contender at work. */
  interface Running extends AutoCloseable {
    /** Records that it is through with, what comes of them committed. */
    long done() throws IOException;

    /** Ends it and deletes what only it has used. */
    @Override
    void close() throws IOException;
  }

  /** Ends a contender and deletes what only it has used. */
  @FunctionalInterface
  interface Ending {
    void run() throws IOException;
  }

  /** Is through with what its consumer group has committed. */
  record CommittingRun(Broker broker, Lane lane, String group, Ending ending) implements Running {
    @Override
    public long done() throws IOException {
      return broker.committed(group, lane.topics().frames());
    }

    @Override
    public void close() throws IOException {
      ending.run();
    }
  }
}
