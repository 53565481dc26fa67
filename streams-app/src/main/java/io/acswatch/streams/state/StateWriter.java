package io.acswatch.streams.state;

import static io.acswatch.streams.state.StateLayout.*;

import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.judge.BootHistory;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.PendingFinding;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.facts.FactsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Packs one state; the layout is drawn at {@link HostStateSerde}. */
final class StateWriter {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private StateWriter() {}

  /** Packs a state, the facts of its snapshots anew. */
  static byte[] write(HostState state) {
    return write(
        state, snapshot -> ByteBuffer.wrap(FactsWriter.write(snapshot)), ContentDigest.UNKNOWN);
  }

  /** Packs a state, with the packed facts of its snapshots and the digest of the current frame. */
  static byte[] write(
      HostState state, Function<Snapshot, ByteBuffer> packed, ContentDigest digest) {
    Snapshot current = state.current();
    Snapshot baseline = state.baseline();
    boolean shared = current != null && baseline != null && current.hasFactsOf(baseline);
    ByteBuffer currentFacts = current == null ? NOTHING : packed.apply(current);
    ByteBuffer baselineFacts = baseline == null || shared ? NOTHING : packed.apply(baseline);
    List<byte[]> memory = memory(state, packed);
    long length = HEADER_LENGTH + (long) currentFacts.remaining() + baselineFacts.remaining();
    for (byte[] part : memory) {
      length += part.length;
    }
    byte[] open = PackedAlerts.write(state.open());
    length += open.length;
    ByteBuffer out = buffer(Math.toIntExact(length));
    out.put(VERSION_AT, (byte) VERSION);
    out.put(
        FLAGS_AT,
        (byte)
            ((baseline != null ? HAS_BASELINE : 0)
                | (current != null ? HAS_CURRENT : 0)
                | (shared ? BASELINE_IS_CURRENT : 0)
                | (state.history().rival() != null ? HAS_RIVAL : 0)));
    out.putInt(REVISION_AT, state.revision());
    putTime(out, CURRENT_TAKEN_AT, current);
    putTime(out, BASELINE_TAKEN_AT, baseline);
    out.putInt(CURRENT_LENGTH_AT, currentFacts.remaining());
    out.putInt(BASELINE_LENGTH_AT, baselineFacts.remaining());
    out.putInt(PENDING_COUNT_AT, state.pending().size());
    out.putInt(INTENDED_COUNT_AT, state.intendedOwners().size());
    out.putInt(ALERT_COUNT_AT, state.open().size());
    out.putInt(BOOT_COUNT_AT, state.history().boots().size());
    out.putLong(FORGOTTEN_AT, state.history().forgottenMillis());
    out.position(DIGEST_AT);
    out.putLong(digest.first()).putLong(digest.second());
    out.put(currentFacts).put(baselineFacts);
    memory.forEach(out::put);
    out.put(open);
    return out.array();
  }

  private static void putTime(ByteBuffer out, int at, @Nullable Snapshot snapshot) {
    if (snapshot != null) {
      out.putLong(at, snapshot.takenAtMillis()).putLong(at + Long.BYTES, snapshot.sequence());
    }
  }

  private static List<byte[]> memory(HostState state, Function<Snapshot, ByteBuffer> packed) {
    List<byte[]> parts = new ArrayList<>();
    for (PendingFinding pending : state.pending()) {
      parts.add(text(pending.code().name()));
      parts.add(text(pending.path().text()));
      parts.add(
          buffer(Long.BYTES + Integer.BYTES)
              .putLong(pending.sinceMillis())
              .putInt(pending.seen())
              .array());
    }
    for (Assignment assignment : state.intendedOwners()) {
      parts.add(text(assignment.path().text()));
      parts.add(text(assignment.vm()));
    }
    for (BootHistory.SeenBoot boot : state.history().boots()) {
      parts.add(text(boot.id()));
      parts.add(text(boot.machine()));
      parts.add(
          buffer(2 * Long.BYTES).putLong(boot.sinceMillis()).putLong(boot.sequence()).array());
    }
    BootHistory.Rival rival = state.history().rival();
    if (rival != null) {
      Snapshot last = rival.last();
      ByteBuffer facts = last == null ? NOTHING : packed.apply(last);
      int length = facts.remaining();
      parts.add(text(rival.id()));
      parts.add(
          buffer(Math.addExact(2 * Integer.BYTES + 4 * Long.BYTES, length))
              .putInt(rival.turns())
              .putLong(rival.turnSinceMillis())
              .putLong(rival.answeredMillis())
              .putLong(last == null ? 0 : last.takenAtMillis())
              .putLong(last == null ? 0 : last.sequence())
              .putInt(length)
              .put(facts.duplicate())
              .array());
    }
    return parts;
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return buffer(Math.addExact(Integer.BYTES, bytes.length))
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
