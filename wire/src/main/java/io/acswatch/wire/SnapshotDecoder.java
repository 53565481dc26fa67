package io.acswatch.wire;

import io.acswatch.pci.capture.Boot;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.liveupdate.BootClass;
import io.acswatch.pci.liveupdate.SnapshotBuilder;
import net.openhft.chronicle.bytes.RandomDataInput;
import org.jspecify.annotations.Nullable;

/**
 * Decodes frames into snapshots. Configuration space is read where it lies in the frame and never
 * copied; the snapshot keeps no reference to the bytes. Reusable, not thread-safe. No bytes make it
 * throw.
 */
public final class SnapshotDecoder {
  private final FrameReader reader = new FrameReader();
  private final FunctionDecoder decoder = new FunctionDecoder();

  /** Decodes the frame that fills {@code bytes}. */
  public FrameResult decode(byte[] bytes) {
    return result(reader.wrap(bytes));
  }

  /** Decodes the frame that fills {@code length} bytes of {@code input}. */
  public FrameResult decode(RandomDataInput input, long offset, long length) {
    return result(reader.wrap(input, offset, length));
  }

  private FrameResult result(FrameResult.@Nullable Rejected rejected) {
    if (rejected != null) {
      return rejected;
    }
    SnapshotBuilder builder = new SnapshotBuilder(reader.functionCount());
    for (int i = 0; i < reader.functionCount(); i++) {
      FrameFunction function = reader.function(i);
      PciIds ids = function.ids();
      KernelView kernel = function.kernelView().withRemovable(function.removable());
      builder.add(
          function.address(),
          function.sysfsPath(),
          ids,
          decoder.decode(function.config(), function.readStatus(), ids, kernel),
          kernel);
    }
    Boot boot = reader.boot().withIommusOf(reader.notes());
    return new FrameResult.Accepted(
        builder
            .scanOrder(reader.scanOrder())
            .owners(reader.owners())
            .kernelLog(reader.notes())
            .build(
                reader.host(),
                boot,
                BootClass.of(boot, reader.notes()),
                reader.takenAtMillis(),
                reader.sequence(),
                reader.kexecLoaded()));
  }
}
