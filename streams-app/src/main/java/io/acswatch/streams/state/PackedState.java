package io.acswatch.streams.state;

import static io.acswatch.streams.state.StateLayout.*;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.facts.FactsWriter;
import io.acswatch.wire.frame.FrameHead;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state of a host as it lies in the store. Tells from the bytes alone whether a frame repeats
 * the last snapshot, and goes over to the next state without packing again what stays.
 *
 * <p>There are two kinds of repetition. Most frames are byte for byte what they were, but for time
 * and number: they are known by their digest, and not decoded. In others a register has changed
 * that is no fact: they are decoded, and their facts are compared.
 */
public final class PackedState {
  private static final byte[] NOTHING = {};

  private final byte[] bytes;
  private final ByteBuffer header;
  private @Nullable HostState state;

  public PackedState(byte @Nullable [] stored) {
    bytes = stored == null ? NOTHING : stored;
    header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The frame is the last but for time and number, nothing waits, and this process wrote it. */
  public boolean isRepeatedBy(FrameHead frame) {
    return waitsForNothing()
        && Arrays.equals(
            bytes, DIGEST_AT, HEADER_LENGTH, frame.digest(), 0, FrameHead.DIGEST_LENGTH);
  }

  /** True if {@code snapshot} has the very facts of the last one, and nothing waits. */
  public boolean isRepeatedBy(Snapshot snapshot) {
    HostState known = unpack();
    return known.current() != null
        && known.pending().isEmpty()
        && known.current().hasFactsOf(snapshot);
  }

  private boolean waitsForNothing() {
    return isOfThisVersion()
        && (bytes[FLAGS_AT] & HAS_CURRENT) != 0
        && header.getInt(PENDING_COUNT_AT) == 0;
  }

  /**
   * True of a repetition if {@link Judgement#isRepetition} would say so too. One that comes later
   * is judged once, for what holds no more ends then; if it told nothing, the state is {@link
   * #settled} and no repetition can tell anything. One that is delivered again is none.
   */
  public boolean needsNoJudgement(FrameHead repetition) {
    return isSettled() || isSoonAfter(repetition) || !isNumberAfter(repetition);
  }

  private boolean isSettled() {
    return (bytes[FLAGS_AT] & IS_SETTLED) != 0;
  }

  private boolean isSoonAfter(FrameHead repetition) {
    return Judgement.isSoonAfter(header.getLong(CURRENT_TAKEN_AT), repetition.takenAtMillis());
  }

  /** The state after a repetition, brought up to date now and then; null if it stays as it is. */
  public byte @Nullable [] repeated(FrameHead repetition) {
    boolean later = isSettled() && !isSoonAfter(repetition) && isNumberAfter(repetition);
    return later ? settled(repetition) : null;
  }

  /** Numbers rise within a boot; a frame that was delivered again has an old one. */
  private boolean isNumberAfter(FrameHead repetition) {
    return repetition.sequence() == 0
        || repetition.sequence() > header.getLong(CURRENT_SEQUENCE_AT);
  }

  /** The state after a repetition that was judged, or need not be, and told nothing. */
  public byte[] settled(FrameHead repetition) {
    byte[] next = bytes.clone();
    next[FLAGS_AT] |= IS_SETTLED;
    ByteBuffer.wrap(next)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(CURRENT_TAKEN_AT, repetition.takenAtMillis())
        .putLong(CURRENT_SEQUENCE_AT, repetition.sequence())
        .put(DIGEST_AT, repetition.digest());
    return next;
  }

  private boolean isOfThisVersion() {
    return bytes.length >= HEADER_LENGTH && bytes[VERSION_AT] == VERSION;
  }

  /**
   * What is remembered; {@link HostState#NONE} if the store has nothing.
   *
   * @throws UnknownStateVersionException if another version of acswatch wrote it
   * @throws org.apache.kafka.common.errors.SerializationException if the bytes are damaged
   */
  public HostState unpack() {
    if (state == null) {
      state = bytes.length == 0 ? HostState.NONE : StateReader.read(bytes);
    }
    return state;
  }

  /** The next state, packed; {@code latest} was decoded from {@code frame}. */
  public byte[] next(HostState next, Snapshot latest, FrameHead frame) {
    return StateWriter.write(
        next, this::factsOf, next.current() == latest ? frame.digest() : digestFor(next));
  }

  /** The digest of the frame that the current snapshot came from, if that stays. */
  private byte[] digestFor(HostState next) {
    return isOfThisVersion() && state != null && next.current() == state.current()
        ? Arrays.copyOfRange(bytes, DIGEST_AT, HEADER_LENGTH)
        : StateWriter.UNKNOWN;
  }

  /** The packed facts of a snapshot, those that lie here already if it is one of this state's. */
  private ByteBuffer factsOf(Snapshot snapshot) {
    if (isOfThisVersion() && state != null) {
      int currentLength = header.getInt(CURRENT_LENGTH_AT);
      boolean isOnlyOne = (bytes[FLAGS_AT] & BASELINE_IS_CURRENT) != 0;
      if (snapshot == state.current() || isOnlyOne && snapshot == state.baseline()) {
        return ByteBuffer.wrap(bytes, HEADER_LENGTH, currentLength);
      }
      if (snapshot == state.baseline()) {
        return ByteBuffer.wrap(
            bytes, HEADER_LENGTH + currentLength, header.getInt(BASELINE_LENGTH_AT));
      }
    }
    return ByteBuffer.wrap(FactsWriter.write(snapshot));
  }

  public boolean isSameAs(byte[] others) {
    return Arrays.equals(bytes, others);
  }
}
