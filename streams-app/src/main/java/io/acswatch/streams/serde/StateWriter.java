package io.acswatch.streams.serde;

import static io.acswatch.streams.serde.StateLayout.*;

import io.acswatch.pci.capture.Boot;
import io.acswatch.pci.capture.OwnershipClaim;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.liveupdate.Assignment;
import io.acswatch.pci.liveupdate.HostState;
import io.acswatch.pci.liveupdate.Pending;
import io.acswatch.pci.liveupdate.Snapshot;
import io.acswatch.wire.json.AlertJson;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packs one state; the layout is drawn at {@link HostStateSerde}. */
final class StateWriter {
  private static final AcsRegisters NO_ACS = new AcsRegisters(0, 0, 0, 0);
  private static final PciAddress NO_ADDRESS = new PciAddress(0, 0);

  private final HostState state;
  private final StringPool pool = new StringPool();

  StateWriter(HostState state) {
    this.state = state;
  }

  byte[] write() {
    Snapshot current = state.current();
    boolean shared = current != null && current.equals(state.baseline());
    Snapshot baseline = shared ? null : state.baseline();
    // The snapshots come first, for they fill the pool that stands before them.
    byte[] baselineBytes = snapshot(baseline);
    byte[] currentBytes = snapshot(current);
    byte[] memoryBytes = memory();
    List<byte[]> alerts = state.open().stream().map(AlertJson::writeBytes).toList();
    long length = HEADER_LENGTH + Integer.BYTES * (long) pool.strings().size() + pool.byteCount();
    length += baselineBytes.length + (long) currentBytes.length + memoryBytes.length;
    for (byte[] alert : alerts) {
      length += Integer.BYTES + alert.length;
    }
    int flags =
        (baseline != null ? HAS_BASELINE : 0)
            | (current != null ? HAS_CURRENT : 0)
            | (shared ? BASELINE_IS_CURRENT : 0);
    ByteBuffer out = buffer(Math.toIntExact(length));
    out.putShort(MAGIC).put((byte) VERSION).put((byte) flags);
    out.putInt(state.revision()).putInt(pool.strings().size()).putInt(pool.byteCount());
    out.putInt(alerts.size()).putInt(0);
    int end = 0;
    for (byte[] string : pool.strings()) {
      end += string.length;
      out.putInt(end);
    }
    pool.strings().forEach(out::put);
    out.put(baselineBytes).put(currentBytes).put(memoryBytes);
    for (byte[] alert : alerts) {
      out.putInt(alert.length).put(alert);
    }
    return out.array();
  }

  private byte[] memory() {
    ByteBuffer out =
        buffer(
            2 * Integer.BYTES
                + Math.multiplyExact(state.pending().size(), PENDING_LENGTH)
                + Math.multiplyExact(state.intendedOwners().size(), ASSIGNMENT_LENGTH));
    out.putInt(state.pending().size()).putInt(state.intendedOwners().size());
    for (Pending pending : state.pending()) {
      string(out, pending.code().name());
      string(out, pending.path().text());
      out.putLong(pending.sinceMillis()).putInt(pending.seen());
    }
    for (Assignment assignment : state.intendedOwners()) {
      string(out, assignment.path().text());
      string(out, assignment.vm());
    }
    return out.array();
  }

  private byte[] snapshot(@Nullable Snapshot snapshot) {
    if (snapshot == null) {
      return new byte[0];
    }
    ByteBuffer out =
        buffer(
            SNAPSHOT_LENGTH
                + Math.multiplyExact(snapshot.functions().size(), ROW_LENGTH)
                + Math.multiplyExact(snapshot.owners().size(), OWNER_LENGTH));
    Boot boot = snapshot.boot();
    int flags =
        (snapshot.kexecLoaded() ? KEXEC_LOADED : 0) | (snapshot.orderKnown() ? ORDER_KNOWN : 0);
    out.putLong(snapshot.takenAtMillis()).putLong(snapshot.sequence());
    out.put((byte) BOOT_CLASSES.indexOf(snapshot.bootClass()))
        .put((byte) flags)
        .putShort((short) 0);
    out.putInt(boot.bootloaderType()).putInt(boot.bootloaderVersion());
    string(out, snapshot.host());
    string(out, boot.id());
    string(out, boot.kernelRelease());
    string(out, boot.kernelVersion());
    string(out, boot.commandLine());
    out.putInt(snapshot.functions().size()).putInt(snapshot.owners().size());
    string(out, boot.iommus());
    snapshot.functions().forEach(function -> row(out, function));
    for (OwnershipClaim owner : snapshot.owners()) {
      out.putInt(owner.address().domain());
      out.putShort((short) owner.address().requesterId()).putShort((short) 0);
      string(out, owner.vm());
      string(out, owner.source());
    }
    return out.array();
  }

  private void row(ByteBuffer out, PciFunction function) {
    ConfigFacts config = function.config();
    KernelView kernel = function.kernel();
    AcsRegisters acs = config.acs() == null ? NO_ACS : config.acs();
    PciAddress pf = kernel.physicalFunction() == null ? NO_ADDRESS : kernel.physicalFunction();
    int flags =
        (config.acs() != null ? HAS_ACS : 0)
            | (config.hasMemoryBar() ? HAS_MEMORY_BAR : 0)
            | (config.egressOpen() ? EGRESS_OPEN : 0)
            | (config.atsEnabled() ? ATS_ENABLED : 0)
            | (kernel.isVirtualFunction() ? HAS_PHYSFN : 0)
            | (kernel.ariEnabled() ? ARI_ENABLED : 0)
            | (kernel.removable() ? REMOVABLE : 0)
            | (config.vfsEnabled() ? VFS_ENABLED : 0);
    out.putInt(function.address().domain()).putShort((short) function.address().requesterId());
    out.put((byte) READ_STATUSES.indexOf(config.status()));
    out.put((byte) PORT_TYPES.indexOf(config.claimedType()));
    u16(out, "vendor", function.ids().vendor());
    u16(out, "device", function.ids().device());
    out.putInt(within("class", function.ids().classCode(), 0xFF_FFFF) | flags << 24);
    u16(out, "length", config.lengthBytes());
    out.put((byte) within("headerType", config.headerType(), 0xFF));
    out.put((byte) within("revision", config.revision(), 0xFF));
    u16(out, "subsystemVendor", config.subsystemVendor());
    u16(out, "subsystemDevice", config.subsystemDevice());
    u16(out, "acs.offset", acs.offset());
    u16(out, "acs.capability", acs.capability());
    u16(out, "acs.control", acs.control());
    u16(out, "firstVfOffset", config.firstVfOffset());
    out.putInt(acs.secondDword());
    u16(out, "vfStride", config.vfStride());
    u16(out, "enabledVfs", kernel.enabledVfs());
    out.putInt(kernel.group());
    string(out, function.path().text());
    string(out, kernel.groupType());
    string(out, kernel.driver());
    u16(out, "totalVfs", kernel.totalVfs());
    out.putShort((short) pf.requesterId()).putInt(pf.domain());
    out.putInt(config.chipsetBase());
    out.putLong(config.serialNumber());
    out.putInt(
        within("busNumbers", config.busNumbers(), 0xFF_FFFF)
            | within("oddities", config.oddities(), 0xFF) << 24);
    out.putInt(PRESERVATIONS.indexOf(kernel.preservation()));
  }

  private void string(ByteBuffer out, String text) {
    out.putInt(pool.number(text));
  }

  private static void u16(ByteBuffer out, String name, int number) {
    out.putShort((short) within(name, number, 0xFFFF));
  }

  private static int within(String name, int number, int highest) {
    if (number < 0 || number > highest) {
      throw new IllegalArgumentException(name + "=" + number + ", expected 0 to " + highest);
    }
    return number;
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
