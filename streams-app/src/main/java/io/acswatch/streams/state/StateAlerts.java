package io.acswatch.streams.state;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertJson;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The open alerts at the end of a state of any version: length i32 and JSON in UTF-8, each. */
final class StateAlerts {
  private StateAlerts() {}

  static List<IsolationAlert> read(ByteBuffer in, int count) throws InputException {
    List<IsolationAlert> open = new ArrayList<>(checked(in, count, Integer.BYTES));
    for (int i = 0; i < count; i++) {
      byte[] alert = new byte[checked(in, in.getInt(), 1)];
      in.get(alert);
      open.add(AlertJson.read(alert));
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes after its end");
    }
    return open;
  }

  /** Refuses a count that the bytes left cannot hold, before anything is allocated for it. */
  static int checked(ByteBuffer in, int count, int lengthOfEach) {
    if (count < 0 || (long) count * lengthOfEach > in.remaining()) {
      throw new IllegalArgumentException(
          "count=" + count + " at offset " + in.position() + ", but " + in.remaining() + " bytes");
    }
    return count;
  }
}
