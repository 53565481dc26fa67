package io.acswatch.wire;

import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.SnapshotBuilder;
import net.openhft.chronicle.bytes.RandomDataInput;
import org.jspecify.annotations.Nullable;

/**
 * Decodes frames of every type. Configuration space is read where it lies in the frame and never
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
    return switch (reader.type()) {
      case SNAPSHOT -> snapshot();
      case HEARTBEAT -> new FrameResult.AcceptedHeartbeat(reader.toHeartbeat());
      case KEXEC_EVENT -> new FrameResult.AcceptedKexecEvent(reader.toKexecEvent());
    };
  }

  private PciFunction decoded(FrameFunction function) {
    PciIds ids = function.ids();
    KernelView kernel = function.kernelView().withRemovable(function.removable());
    return SnapshotBuilder.unplaced(
        function.address(),
        function.sysfsPath(),
        ids,
        decoder.decode(function.config(), function.readStatus(), ids, kernel),
        kernel);
  }

  private FrameResult snapshot() {
    SnapshotBuilder builder = new SnapshotBuilder(reader.functionCount());
    for (int i = 0; i < reader.functionCount(); i++) {
      builder.add(decoded(reader.function(i)));
    }
    Boot boot = reader.boot().withNotes(reader.notes());
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
