package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Lane;
import java.io.IOException;

/** Something that reads the records of a lane from their start. */
interface Contender {
  /** What it is called in the report. */
  String label();

  /** Starts to read; {@code run} is a name that no other run has. */
  Running start(Lane lane, String run) throws IOException;

  /** How a contender starts. */
  @FunctionalInterface
  interface Start {
    Running start(Lane lane, String run) throws IOException;
  }

  /** A contender that starts so. */
  static Contender of(String label, Start start) {
    return new Contender() {
      @Override
      public String label() {
        return label;
      }

      @Override
      public Running start(Lane lane, String run) throws IOException {
        return start.start(lane, run);
      }
    };
  }

  /** A contender at work. */
  interface Running extends AutoCloseable {
    /** Records that it is through with, what comes of them committed. */
    long done() throws IOException;

    /** Ends it and deletes what only it has used. */
    @Override
    void close() throws IOException;
  }
}
