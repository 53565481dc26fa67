package io.acswatch.simulate;

import java.io.IOException;

/** Where the records of a fleet go. */
interface FleetSink extends AutoCloseable {
  /** Takes the next record; may hold it back to keep to a rate. */
  void accept(Emission emission) throws IOException, InterruptedException;

  /** Waits until all of them are there. */
  @Override
  void close() throws IOException;
}
