package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.judge.BootHistory;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.judge.PendingFinding;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.LargeHosts;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameWriter;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

/** What the bytes of a state tell without being unpacked. */
class PackedStateTest {
  private static final int ROUNDS = 2_000;

  private final FrameReader reader = new FrameReader();

  /** Of the frame that was decoded last. */
  private ContentDigest digest = ContentDigest.UNKNOWN;

  private Snapshot last = Snapshot.of(Frames.capture("kexec-001-before", "host-1", 1));

  private Snapshot decode(Capture capture) {
    return decode(FrameWriter.write(capture));
  }

  private Snapshot decode(byte[] frame) {
    digest = FrameDigest.of(frame);
    assertNull(reader.wrap(frame));
    last = reader.toSnapshot();
    return last;
  }

  private static Capture at(long millis, Capture capture) {
    return capture.withHost("host-1", 2, millis);
  }

  private byte[] judged(byte[] stored, Capture capture) {
    PackedState before = new PackedState(stored);
    Snapshot snapshot = decode(capture);
    Judged judged = Judgement.apply(before.unpack(), snapshot);
    return before.next(judged.state(), snapshot, digest);
  }

  @Test
  void knowsTheContentThatAHeartbeatNames() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    PackedState state = new PackedState(judged(null, host));

    Snapshot later = decode(at(Frames.TAKEN_AT + 601_000, host));
    assertTrue(state.has(digest));
    assertTrue(state.isRepeatedBy(later));
    Snapshot other = decode(Frames.capture("kexec-001-after", "host-1", 2));
    assertFalse(state.has(digest));
    assertFalse(state.isRepeatedBy(other));
    assertFalse(new PackedState(null).has(digest));
    assertFalse(new PackedState(null).isRepeatedBy(other));
  }

  /** A register that is no fact: other bytes, the same facts. The digest follows them in time. */
  @Test
  void knowsARepetitionByItsFactsWhereABitChangedThatIsNone() {
    byte[] frame = Frames.frame("kexec-001-before", "host-1", 1);
    PackedState state =
        new PackedState(judged(null, Frames.capture("kexec-001-before", "host-1", 1)));
    Snapshot same = decode(Frames.withStatusBit(frame));

    assertFalse(state.has(digest));
    assertTrue(state.isRepeatedBy(same));
    PackedState settled = new PackedState(state.settled(last, digest));
    assertTrue(settled.has(digest));
    Snapshot first = decode(frame);
    assertFalse(settled.has(digest));
    assertTrue(settled.isRepeatedBy(first));
  }

  @Test
  void judgesARepetitionOnceAfterTenMinutes() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    PackedState state = new PackedState(judged(null, host));
    decode(at(Frames.TAKEN_AT + 599_000, host));
    assertTrue(state.needsNoJudgement(last.takenAtMillis(), last.sequence()));
    assertNull(state.repeated(last, digest));
    Snapshot later = decode(at(Frames.TAKEN_AT + 601_000, host));
    assertFalse(state.needsNoJudgement(last.takenAtMillis(), last.sequence()));

    PackedState settled = new PackedState(state.settled(last, digest));
    assertTrue(settled.isRepeatedBy(later));
    decode(at(Frames.TAKEN_AT + 86_400_000, host));
    assertTrue(settled.needsNoJudgement(last.takenAtMillis(), last.sequence()));
  }

  /** A clock that ran ahead and was set back must not keep the next ones from being judged. */
  @Test
  void judgesARepetitionAfterOneFromTheFuture() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 2);
    long tomorrow = Frames.TAKEN_AT + 86_400_000;
    PackedState state = new PackedState(judged(null, host.withHost("host-1", 2, tomorrow)));
    decode(host.withHost("host-1", 3, Frames.TAKEN_AT));
    assertFalse(state.needsNoJudgement(last.takenAtMillis(), last.sequence()));
    PackedState settled = new PackedState(state.settled(last, digest));
    assertEquals(Frames.TAKEN_AT, settled.unpack().current().takenAtMillis());
    // One that is delivered again is old too, and turns nothing back.
    decode(host.withHost("host-1", 1, Frames.TAKEN_AT));
    assertTrue(state.needsNoJudgement(last.takenAtMillis(), last.sequence()));
    assertNull(state.repeated(last, digest));
  }

  @Test
  void remembersNowAndThenWhenItWasLastSo() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    byte[] first = judged(null, host);
    decode(host.withHost("host-1", 2, Frames.TAKEN_AT + 601_000));
    PackedState settled = new PackedState(new PackedState(first).settled(last, digest));
    decode(host.withHost("host-1", 3, Frames.TAKEN_AT + 1_200_000));
    assertNull(settled.repeated(last, digest), "less than ten minutes");
    decode(host.withHost("host-1", 4, Frames.TAKEN_AT + 1_202_000));
    byte[] next = settled.repeated(last, digest);

    HostState before = HostStateSerde.unpack(first);
    HostState after = HostStateSerde.unpack(next);
    assertEquals(Frames.TAKEN_AT + 1_202_000, after.current().takenAtMillis());
    assertEquals(4, after.current().sequence());
    assertEquals(before.baseline(), after.baseline());
    assertEquals(before.current().functions(), after.current().functions());
    assertEquals(first.length, next.length, "the facts of both are stored once");
    // One that is delivered again does not turn the time back, nor forward.
    decode(host.withHost("host-1", 3, Frames.TAKEN_AT + 9_000_000));
    assertNull(new PackedState(next).repeated(last, digest));
  }

  @Test
  void takesOverTheFactsThatBothSnapshotsShare() {
    Capture host = Frames.inBoot("boot-1", Frames.capture("kexec-001-before", "host-1", 1));
    byte[] first = judged(null, host);
    decode(at(Frames.TAKEN_AT + 601_000, host));
    byte[] settled = new PackedState(first).settled(last, digest);

    Capture other = Frames.inBoot("boot-1", Frames.capture("kexec-000-before", "host-1", 5));
    byte[] changed = judged(settled, other);

    assertArrayEquals(anew(changed), changed);
    assertEquals(
        HostStateSerde.unpack(first).baseline(), HostStateSerde.unpack(changed).baseline());
  }

  /** Unpacked and packed again, with the digest that only a frame gives. */
  private static byte[] anew(byte[] packed) {
    byte[] anew = HostStateSerde.pack(HostStateSerde.unpack(packed));
    System.arraycopy(packed, StateLayout.DIGEST_AT, anew, StateLayout.DIGEST_AT, 16);
    return anew;
  }

  @Test
  void isNoRepetitionWhileSomethingWaits() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    byte[] packed = judged(null, host);
    Snapshot same = decode(host);
    assertTrue(new PackedState(packed).isRepeatedBy(same));
    assertTrue(new PackedState(packed).has(digest));

    HostState state = HostStateSerde.unpack(packed);
    PendingFinding pending =
        new PendingFinding(AlertCode.CONFIG_UNREADABLE, same.functions().get(0).path(), 1, 1);
    HostState waits =
        new HostState(
            state.baseline(),
            state.current(),
            state.revision(),
            state.open(),
            List.of(pending),
            List.of(),
            state.history());
    byte[] next = new PackedState(packed).next(waits, waits.current(), digest);
    assertFalse(new PackedState(next).isRepeatedBy(same));
    assertFalse(new PackedState(next).waitsForNothing());

    BootHistory.Rival rival = new BootHistory.Rival("other", 1, 1, 0, null);
    HostState rivalled =
        new HostState(
            state.baseline(),
            state.current(),
            state.revision(),
            state.open(),
            List.of(),
            List.of(),
            new BootHistory(state.history().boots(), rival, 0));
    byte[] contested = new PackedState(packed).next(rivalled, rivalled.current(), digest);
    assertFalse(new PackedState(contested).isRepeatedBy(same));
    assertFalse(new PackedState(contested).waitsForNothing());
  }

  @Test
  void keepsTheBytesOfSnapshotsThatStay() {
    byte[] before = judged(null, Frames.capture("kexec-002-before", "host-1", 1));
    byte[] after = judged(before, Frames.capture("kexec-002-after", "host-1", 1));
    HostState state = HostStateSerde.unpack(after);

    assertEquals(Snapshot.of(Frames.capture("kexec-002-before", "host-1", 1)), state.baseline());
    assertEquals(Snapshot.of(Frames.capture("kexec-002-after", "host-1", 1)), state.current());
    assertArrayEquals(anew(after), after);
    byte[] same = judged(after, at(Frames.TAKEN_AT, Frames.capture("kexec-002-after", "", 1)));
    assertEquals(state.baseline(), HostStateSerde.unpack(same).baseline());
  }

  @Test
  void saysNothingOfDamagedBytes() {
    decode(Frames.capture("kexec-001-before", "host-1", 1));
    byte[] packed = judged(null, Frames.capture("kexec-001-before", "host-1", 1));
    for (int length = 0; length < packed.length; length++) {
      PackedState cut = new PackedState(Arrays.copyOf(packed, length));
      if (length > 0) {
        assertThrows(SerializationException.class, cut::unpack);
      }
      assertFalse(length < StateLayout.HEADER_LENGTH && cut.has(digest));
    }
  }

  /** What a repetition costs does not grow with the host: the object that asks, and no more. */
  @Test
  void aRepetitionAllocatesNothingForItsFunctions() {
    Snapshot snapshot = decode(LargeHosts.ofDomains("rack1-host1", 32)[0]);
    HostState state = Judgement.apply(HostState.NONE, snapshot).state();
    byte[] stored = new PackedState(null).next(state, snapshot, digest);

    assertEquals(1024, reader.functionCount());
    assertAllocatesLittle(() -> new PackedState(stored).has(digest));
  }

  private static void assertAllocatesLittle(BooleanSupplier isRepetition) {
    for (int i = 0; i < ROUNDS; i++) {
      assertTrue(isRepetition.getAsBoolean());
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < ROUNDS / 10; i++) {
        assertTrue(isRepetition.getAsBoolean());
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least / (ROUNDS / 10) <= 128, least / (ROUNDS / 10) + " bytes a repetition");
  }
}
