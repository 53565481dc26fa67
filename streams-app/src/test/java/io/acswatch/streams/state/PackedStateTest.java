package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.LargeHosts;
import io.acswatch.wire.FactsPacker;
import io.acswatch.wire.FrameHead;
import io.acswatch.wire.FrameWriter;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

/** What the bytes of a state tell without being unpacked. */
class PackedStateTest {
  private static final int ROUNDS = 2_000;

  private final FrameHead head = new FrameHead();
  private final FactsPacker packer = new FactsPacker();

  private void pack(Capture capture) {
    pack(FrameWriter.write(capture));
  }

  private void pack(byte[] frame) {
    assertTrue(head.look(frame));
    assertNull(packer.pack(frame));
  }

  private static Capture at(long millis, Capture capture) {
    return capture.withHost("host-1", 2, millis);
  }

  private byte[] judged(byte[] stored, Capture capture) {
    PackedState before = new PackedState(stored);
    pack(capture);
    Snapshot snapshot = packer.snapshot();
    Judged judged = Judgement.apply(before.unpack(), snapshot);
    return before.next(judged.state(), snapshot, packer, head);
  }

  @Test
  void knowsARepetitionByItsBytes() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    PackedState state = new PackedState(judged(null, host));

    pack(at(Frames.TAKEN_AT + 601_000, host));
    assertTrue(state.isRepeatedBy(head));
    assertTrue(state.isRepeatedBy(packer));
    pack(Frames.capture("kexec-001-after", "host-1", 2));
    assertFalse(state.isRepeatedBy(head));
    assertFalse(state.isRepeatedBy(packer));
    assertFalse(new PackedState(null).isRepeatedBy(head));
    assertFalse(new PackedState(null).isRepeatedBy(packer));
  }

  /** A register that is no fact: other bytes, the same facts. The digest follows them in time. */
  @Test
  void knowsARepetitionByItsFactsWhereABitChangedThatIsNone() {
    byte[] frame = Frames.frame("kexec-001-before", "host-1", 1);
    PackedState state =
        new PackedState(judged(null, Frames.capture("kexec-001-before", "host-1", 1)));
    pack(Frames.withStatusBit(frame));

    assertFalse(state.isRepeatedBy(head));
    assertTrue(state.isRepeatedBy(packer));
    PackedState settled = new PackedState(state.settled(head));
    assertTrue(settled.isRepeatedBy(head));
    pack(frame);
    assertFalse(settled.isRepeatedBy(head));
    assertTrue(settled.isRepeatedBy(packer));
  }

  @Test
  void judgesARepetitionOnceAfterTenMinutes() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    PackedState state = new PackedState(judged(null, host));
    pack(at(Frames.TAKEN_AT + 599_000, host));
    assertTrue(state.needsNoJudgement(head));
    assertNull(state.repeated(head));
    pack(at(Frames.TAKEN_AT + 601_000, host));
    assertFalse(state.needsNoJudgement(head));

    PackedState settled = new PackedState(state.settled(head));
    assertTrue(settled.isRepeatedBy(packer));
    pack(at(Frames.TAKEN_AT + 86_400_000, host));
    assertTrue(settled.needsNoJudgement(head));
  }

  @Test
  void remembersNowAndThenWhenItWasLastSo() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    byte[] first = judged(null, host);
    pack(host.withHost("host-1", 2, Frames.TAKEN_AT + 601_000));
    PackedState settled = new PackedState(new PackedState(first).settled(head));
    pack(host.withHost("host-1", 3, Frames.TAKEN_AT + 1_200_000));
    assertNull(settled.repeated(head), "less than ten minutes");
    pack(host.withHost("host-1", 4, Frames.TAKEN_AT + 1_202_000));
    byte[] next = settled.repeated(head);

    HostState before = HostStateSerde.unpack(first);
    HostState after = HostStateSerde.unpack(next);
    assertEquals(Frames.TAKEN_AT + 1_202_000, after.current().takenAtMillis());
    assertEquals(4, after.current().sequence());
    assertEquals(before.baseline(), after.baseline());
    assertEquals(before.current().functions(), after.current().functions());
    assertEquals(first.length, next.length, "the facts of both are stored once");
    // One that is delivered again does not turn the time back, nor forward.
    pack(host.withHost("host-1", 3, Frames.TAKEN_AT + 9_000_000));
    assertNull(new PackedState(next).repeated(head));
  }

  @Test
  void takesOverTheFactsThatBothSnapshotsShare() {
    Capture host = Frames.inBoot("boot-1", Frames.capture("kexec-001-before", "host-1", 1));
    byte[] first = judged(null, host);
    pack(at(Frames.TAKEN_AT + 601_000, host));
    byte[] settled = new PackedState(first).settled(head);

    Capture other = Frames.inBoot("boot-1", Frames.capture("kexec-000-before", "host-1", 5));
    byte[] changed = judged(settled, other);

    assertArrayEquals(anew(changed), changed);
    assertEquals(
        HostStateSerde.unpack(first).baseline(), HostStateSerde.unpack(changed).baseline());
  }

  /** Unpacked and packed again, with the digest that only a frame gives. */
  private static byte[] anew(byte[] packed) {
    byte[] anew = HostStateSerde.pack(HostStateSerde.unpack(packed));
    System.arraycopy(
        packed, StateLayout.DIGEST_AT, anew, StateLayout.DIGEST_AT, FrameHead.DIGEST_LENGTH);
    return anew;
  }

  @Test
  void isNoRepetitionWhileSomethingWaits() {
    Capture host = Frames.capture("kexec-001-before", "host-1", 1);
    byte[] packed = judged(null, host);
    assertTrue(new PackedState(packed).isRepeatedBy(packer));
    assertTrue(new PackedState(packed).isRepeatedBy(head));

    packed[StateLayout.PENDING_COUNT_AT] = 1;
    assertFalse(new PackedState(packed).isRepeatedBy(packer));
    assertFalse(new PackedState(packed).isRepeatedBy(head));
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
    pack(Frames.capture("kexec-001-before", "host-1", 1));
    byte[] packed = judged(null, Frames.capture("kexec-001-before", "host-1", 1));
    for (int length = 0; length < packed.length; length++) {
      PackedState cut = new PackedState(Arrays.copyOf(packed, length));
      if (length > 0) {
        assertThrows(SerializationException.class, cut::unpack);
      }
      assertFalse(length < packed.length && cut.isRepeatedBy(packer));
      assertFalse(length < StateLayout.HEADER_LENGTH && cut.isRepeatedBy(head));
    }
  }

  /** What a repetition costs does not grow with the host: the object that asks, and no more. */
  @Test
  void aRepetitionAllocatesNothingForItsFunctions() {
    byte[] frame = FrameWriter.write(LargeHosts.ofDomains("rack1-host1", 32)[0]);
    pack(frame);
    Snapshot snapshot = packer.snapshot();
    HostState state = Judgement.apply(HostState.NONE, snapshot).state();
    byte[] stored = new PackedState(null).next(state, snapshot, packer, head);

    assertEquals(1024, packer.functionCount());
    assertAllocatesLittle(() -> head.look(frame) && new PackedState(stored).isRepeatedBy(head));
    assertAllocatesLittle(
        () -> packer.pack(frame) == null && new PackedState(stored).isRepeatedBy(packer));
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
