package io.acswatch.streams.serde;

import static io.acswatch.streams.serde.StateLayout.*;

import io.acswatch.pci.capture.Boot;
import io.acswatch.pci.capture.OwnershipClaim;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.liveupdate.AlertCode;
import io.acswatch.pci.liveupdate.Assignment;
import io.acswatch.pci.liveupdate.HostState;
import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.pci.liveupdate.Pending;
import io.acswatch.pci.liveupdate.Snapshot;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertJson;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;

/** Unpacks one state; the layout is drawn at {@link HostStateSerde}. */
final class StateReader {
  private final ByteBuffer in;
  private String[] strings = {};
  private int version;

  StateReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  HostState read() {
    try {
      return state();
    } catch (BufferUnderflowException | IndexOutOfBoundsException cutShort) {
      throw damaged("cut short or a number in it is out of range", cutShort);
    } catch (IllegalArgumentException | InputException wrong) {
      throw damaged(wrong.getMessage(), wrong);
    }
  }

  private HostState state() throws InputException {
    if (in.getShort() != MAGIC) {
      throw new IllegalArgumentException("it does not begin with HS");
    }
    version = Byte.toUnsignedInt(in.get());
    if (version < OLDEST_VERSION || version > VERSION) {
      throw new UnknownStateVersionException(version);
    }
    int flags = in.get();
    int revision = in.getInt();
    int stringCount = in.getInt();
    int stringBytes = in.getInt();
    int alertCount = in.getInt();
    in.getInt();
    readStrings(count(stringCount, Integer.BYTES), stringBytes);
    Snapshot baseline = (flags & HAS_BASELINE) != 0 ? snapshot() : null;
    Snapshot current = (flags & HAS_CURRENT) != 0 ? snapshot() : null;
    List<Pending> pending = version == 1 ? List.of() : new ArrayList<>();
    List<Assignment> intendedOwners = version == 1 ? List.of() : new ArrayList<>();
    if (version > 1) {
      readMemory(pending, intendedOwners);
    }
    List<IsolationAlert> open = new ArrayList<>(count(alertCount, Integer.BYTES));
    for (int i = 0; i < alertCount; i++) {
      byte[] alert = new byte[count(in.getInt(), 1)];
      in.get(alert);
      open.add(AlertJson.read(alert));
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes after its end");
    }
    boolean shared = (flags & BASELINE_IS_CURRENT) != 0;
    return new HostState(
        shared ? current : baseline, current, revision, open, pending, intendedOwners);
  }

  private void readMemory(List<Pending> pending, List<Assignment> intendedOwners) {
    int pendingCount = in.getInt();
    int ownerCount = in.getInt();
    count(pendingCount, PENDING_LENGTH);
    for (int i = 0; i < pendingCount; i++) {
      pending.add(
          new Pending(
              AlertCode.valueOf(string()), new DevicePath(string()), in.getLong(), in.getInt()));
    }
    count(ownerCount, ASSIGNMENT_LENGTH);
    for (int i = 0; i < ownerCount; i++) {
      intendedOwners.add(new Assignment(new DevicePath(string()), string()));
    }
  }

  /** Refuses a count that the bytes left cannot hold, before anything is allocated for it. */
  private int count(int count, int lengthOfEach) {
    if (count < 0 || (long) count * lengthOfEach > in.remaining()) {
      throw new IllegalArgumentException(
          "count=" + count + " at offset " + in.position() + ", but " + in.remaining() + " bytes");
    }
    return count;
  }

  private void readStrings(int count, int bytes) {
    int[] ends = new int[count];
    for (int i = 0; i < count; i++) {
      ends[i] = in.getInt();
    }
    int start = in.position();
    in.position(start + count(bytes, 1));
    strings = new String[count];
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (ends[i] < from || ends[i] > bytes) {
        throw new IllegalArgumentException("string " + i + " ends at " + ends[i]);
      }
      strings[i] = new String(in.array(), start + from, ends[i] - from, StandardCharsets.UTF_8);
      from = ends[i];
    }
  }

  private Snapshot snapshot() {
    long takenAt = in.getLong();
    long sequence = in.getLong();
    int bootClass = in.get();
    int flags = in.get();
    in.getShort();
    int loaderType = in.getInt();
    int loaderVersion = in.getInt();
    String host = string();
    Boot boot = new Boot(string(), string(), string(), string(), loaderType, loaderVersion);
    int functionCount = in.getInt();
    int ownerCount = in.getInt();
    // Version 1 knew of no IOMMUs and left a zero here.
    int iommus = in.getInt();
    List<PciFunction> functions =
        new ArrayList<>(count(functionCount, version == 1 ? ROW_LENGTH_1 : ROW_LENGTH));
    for (int i = 0; i < functionCount; i++) {
      functions.add(row());
    }
    List<OwnershipClaim> owners = new ArrayList<>(count(ownerCount, OWNER_LENGTH));
    for (int i = 0; i < ownerCount; i++) {
      PciAddress address = new PciAddress(in.getInt(), u16());
      in.getShort();
      owners.add(new OwnershipClaim(address, string(), string()));
    }
    return new Snapshot(
        host,
        boot.withIommus(version == 1 ? "" : strings[iommus]),
        BOOT_CLASSES.get(bootClass),
        takenAt,
        sequence,
        (flags & KEXEC_LOADED) != 0,
        (flags & ORDER_KNOWN) != 0,
        functions,
        owners);
  }

  /** Reads the fields in the order in which they lie. */
  private PciFunction row() {
    PciAddress address = new PciAddress(in.getInt(), u16());
    int status = in.get();
    int portType = in.get();
    int vendor = u16();
    int device = u16();
    int classAndFlags = in.getInt();
    int flags = classAndFlags >>> 24;
    int length = u16();
    int headerType = Byte.toUnsignedInt(in.get());
    int revision = Byte.toUnsignedInt(in.get());
    int subsystemVendor = u16();
    int subsystemDevice = u16();
    int acsOffset = u16();
    int acsCapability = u16();
    int acsControl = u16();
    int firstVfOffset = u16();
    int acsSecondDword = in.getInt();
    int vfStride = u16();
    int enabledVfs = u16();
    int group = in.getInt();
    DevicePath path = new DevicePath(string());
    String groupType = string();
    String driver = string();
    int totalVfs = u16();
    int pfRequesterId = u16();
    int pfDomain = in.getInt();
    int chipsetBase = in.getInt();
    long serialNumber = 0;
    int busAndOddities = 0;
    int preservation = 0;
    if (version > 1) {
      serialNumber = in.getLong();
      busAndOddities = in.getInt();
      preservation = in.getInt();
    }
    ConfigFacts config =
        new ConfigFacts(
            READ_STATUSES.get(status),
            length,
            headerType,
            revision,
            subsystemVendor,
            subsystemDevice,
            PORT_TYPES.get(portType),
            (flags & HAS_ACS) != 0
                ? new AcsRegisters(acsOffset, acsCapability, acsControl, acsSecondDword)
                : null,
            firstVfOffset,
            vfStride,
            (flags & EGRESS_OPEN) != 0,
            (flags & ATS_ENABLED) != 0,
            (flags & HAS_MEMORY_BAR) != 0,
            chipsetBase,
            serialNumber,
            busAndOddities & 0xFF_FFFF,
            busAndOddities >>> 24,
            (flags & VFS_ENABLED) != 0);
    KernelView kernel =
        new KernelView(
            group,
            groupType,
            driver,
            (flags & HAS_PHYSFN) != 0 ? new PciAddress(pfDomain, pfRequesterId) : null,
            enabledVfs,
            totalVfs,
            (flags & ARI_ENABLED) != 0,
            (flags & REMOVABLE) != 0,
            PRESERVATIONS.get(preservation));
    PciIds ids = new PciIds(vendor, device, classAndFlags & 0xFF_FFFF);
    return new PciFunction(address, path, ids, config, kernel);
  }

  private String string() {
    return strings[in.getInt()];
  }

  private int u16() {
    return Short.toUnsignedInt(in.getShort());
  }

  private static SerializationException damaged(String what, Exception cause) {
    return new SerializationException("host state is damaged: " + what, cause);
  }
}
