package io.acswatch.streams.state;

import static io.acswatch.streams.state.StateLayout.*;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.judge.BootHistory;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.PendingFinding;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.facts.FactsReader;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** Unpacks one state; the layout is drawn at {@link HostStateSerde}. */
final class StateReader {
  private final ByteBuffer in;
  private final @Nullable Snapshot latest;

  private StateReader(byte[] bytes, @Nullable Snapshot latest) {
    this.latest = latest;
    in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The state.
   *
   * @param latest a snapshot of the same host; what is in it too is not made again
   */
  static HostState read(byte[] bytes, @Nullable Snapshot latest) {
    try {
      return new StateReader(bytes, latest).state();
    } catch (BufferUnderflowException | IndexOutOfBoundsException cutShort) {
      throw damaged("cut short or a number in it is out of range", cutShort);
    } catch (IllegalArgumentException wrong) {
      throw damaged(wrong.getMessage(), wrong);
    }
  }

  private HostState state() {
    int version = Byte.toUnsignedInt(in.get(VERSION_AT));
    if (version != VERSION) {
      throw new UnknownStateVersionException("host state", version, VERSION);
    }
    int flags = in.get(FLAGS_AT);
    in.position(HEADER_LENGTH);
    Snapshot current = snapshot((flags & HAS_CURRENT) != 0, CURRENT_LENGTH_AT, CURRENT_TAKEN_AT);
    boolean shared = (flags & BASELINE_IS_CURRENT) != 0;
    boolean hasOwnBaseline = (flags & HAS_BASELINE) != 0 && !shared;
    Snapshot baseline = snapshot(hasOwnBaseline, BASELINE_LENGTH_AT, BASELINE_TAKEN_AT);
    if (shared && current != null) {
      baseline = current.at(in.getLong(BASELINE_TAKEN_AT), in.getLong(BASELINE_SEQUENCE_AT));
    }
    List<PendingFinding> pending = pending();
    List<Assignment> intended = intendedOwners();
    BootHistory history = history((flags & HAS_RIVAL) != 0);
    return new HostState(
        baseline, current, in.getInt(REVISION_AT), openAlerts(), pending, intended, history);
  }

  private @Nullable Snapshot snapshot(boolean isThere, int lengthAt, int takenAt) {
    if (!isThere) {
      return null;
    }
    return facts(in.getInt(lengthAt), in.getLong(takenAt), in.getLong(takenAt + Long.BYTES));
  }

  private Snapshot facts(int lengthRead, long takenAtMillis, long sequence) {
    int length = checked(lengthRead, 1);
    int start = in.position();
    in.position(start + length);
    return FactsReader.read(in.array(), start, length, takenAtMillis, sequence, latest);
  }

  private List<PendingFinding> pending() {
    int count = checked(in.getInt(PENDING_COUNT_AT), PENDING_LENGTH);
    List<PendingFinding> pending = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      pending.add(
          new PendingFinding(
              AlertCode.valueOf(text()), new DevicePath(text()), in.getLong(), in.getInt()));
    }
    return pending;
  }

  private List<Assignment> intendedOwners() {
    int count = checked(in.getInt(INTENDED_COUNT_AT), ASSIGNMENT_LENGTH);
    List<Assignment> owners = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      owners.add(new Assignment(new DevicePath(text()), text()));
    }
    return owners;
  }

  private BootHistory history(boolean hasRival) {
    int count = checked(in.getInt(BOOT_COUNT_AT), BOOT_LENGTH);
    List<BootHistory.SeenBoot> boots = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      boots.add(new BootHistory.SeenBoot(text(), text(), in.getLong(), in.getLong()));
    }
    return new BootHistory(boots, hasRival ? rival() : null, in.getLong(FORGOTTEN_AT));
  }

  private BootHistory.Rival rival() {
    return new BootHistory.Rival(text(), in.getInt(), in.getLong(), in.getLong(), lastOfRival());
  }

  private @Nullable Snapshot lastOfRival() {
    long takenAtMillis = in.getLong();
    long sequence = in.getLong();
    int length = in.getInt();
    return length == 0 ? null : facts(length, takenAtMillis, sequence);
  }

  private List<IsolationAlert> openAlerts() {
    int count = checked(in.getInt(ALERT_COUNT_AT), 1);
    return PackedAlerts.read(count, in.array(), in.position(), in.remaining());
  }

  /** Refuses a count that the bytes left cannot hold, before anything is allocated for it. */
  private int checked(int count, int lengthOfEach) {
    if (count < 0 || (long) count * lengthOfEach > in.remaining()) {
      throw new IllegalArgumentException(
          "count=" + count + " at offset " + in.position() + ", but " + in.remaining() + " bytes");
    }
    return count;
  }

  private String text() {
    int length = checked(in.getInt(), 1);
    int start = in.position();
    in.position(start + length);
    return new String(in.array(), start, length, StandardCharsets.UTF_8);
  }

  private static SerializationException damaged(@Nullable String what, Exception cause) {
    return new SerializationException("host state is damaged: " + what, cause);
  }
}
