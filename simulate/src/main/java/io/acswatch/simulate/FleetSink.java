package io.acswatch.simulate;

import java.io.IOException;

/** Where the records of a fleet go. */
@FunctionalInterface
interface FleetSink extends AutoCloseable {
  /** Takes the next record; may hold it back to keep to a rate. */
  void accept(Emission emission) throws IOException, InterruptedException;

  /** Waits until all of them are there. */
  @Override
  default void close() throws IOException {}
}
