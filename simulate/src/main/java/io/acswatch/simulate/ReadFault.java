package io.acswatch.simulate;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import java.util.Arrays;

/** A way in which a collector may fail to see all of a function. */
enum ReadFault {
  /** The reader had no privilege. */
  SHORT(ReadStatus.TRUNCATED_UNPRIVILEGED),
  ASLEEP(ReadStatus.ASLEEP),
  /** The device went away in the middle; only the bytes tell. */
  TORN(ReadStatus.COMPLETE);

  private static final int TORN_AT = 0x140;

  final ReadStatus status;

  ReadFault(ReadStatus status) {
    this.status = status;
  }

  ConfigSpace read(ConfigSpace whole) {
    byte[] bytes = whole.toByteArray();
    return switch (this) {
      case SHORT -> sparse(Arrays.copyOf(bytes, ConfigSpace.UNPRIVILEGED_LENGTH));
      case ASLEEP -> sparse(new byte[0]);
      case TORN -> {
        Arrays.fill(bytes, Math.min(TORN_AT, bytes.length), bytes.length, (byte) 0xFF);
        yield sparse(bytes);
      }
    };
  }

  private static ConfigSpace sparse(byte[] bytes) {
    return LineSparseConfigSpace.copyOf(new ArrayConfigSpace(bytes));
  }
}
