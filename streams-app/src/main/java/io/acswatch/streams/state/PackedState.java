package io.acswatch.streams.state;

import static io.acswatch.streams.state.StateLayout.*;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.facts.FactsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state of a host as it lies in the store. Tells from the bytes alone whether a host is as it
 * was, and goes over to the next state without packing again what stays.
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

  /** True if the host is as a snapshot with this digest says. */
  public boolean has(ContentDigest digest) {
    return isOfThisVersion()
        && (bytes[FLAGS_AT] & HAS_CURRENT) != 0
        && header.getLong(DIGEST_AT) == digest.first()
        && header.getLong(DIGEST_AT + Long.BYTES) == digest.second()
        && !digest.equals(ContentDigest.UNKNOWN);
  }

  /** True if no finding waits for another look that shows it too. */
  public boolean waitsForNothing() {
    return header.getInt(PENDING_COUNT_AT) == 0 && (bytes[FLAGS_AT] & HAS_RIVAL) == 0;
  }

  /** True if {@code snapshot} has the very facts of the last one, and nothing waits. */
  public boolean isRepeatedBy(Snapshot snapshot) {
    HostState known = unpack(snapshot);
    return known.current() != null
        && known.pending().isEmpty()
        && !known.missesSnapshot()
        && known.history().rival() == null
        && known.current().hasFactsOf(snapshot);
  }

  /**
   * True of a repetition if {@link Judgement#isRepetition} would say so too. One that comes later
   * is judged once, for what holds no more ends then; if it told nothing, the state is {@link
   * #settled} and no repetition can tell anything. One that is delivered again is none.
   */
  public boolean needsNoJudgement(long takenAtMillis, long sequence) {
    return isSettled() || isSoonAfter(takenAtMillis) || !isNumberAfter(sequence);
  }

  private boolean isSettled() {
    return (bytes[FLAGS_AT] & IS_SETTLED) != 0;
  }

  private boolean isSoonAfter(long takenAtMillis) {
    return Judgement.isSoonAfter(header.getLong(CURRENT_TAKEN_AT), takenAtMillis);
  }

  /** Numbers rise within a boot; a frame that was delivered again has an old one. */
  public boolean isNumberAfter(long sequence) {
    return sequence == 0 || sequence > header.getLong(CURRENT_SEQUENCE_AT);
  }

  /**
   * The state after a whole snapshot that repeats the last one: brought up to date now and then,
   * and where its frame has other bytes; null if it stays as it is.
   */
  public byte @Nullable [] repeated(Snapshot repetition, ContentDigest digest) {
    if (!isNumberAfter(repetition.sequence())) {
      return null;
    }
    boolean later = isSettled() && !isSoonAfter(repetition.takenAtMillis());
    if (!later && has(digest)) {
      return null;
    }
    byte[] next = settled(repetition, digest);
    if (!later) {
      next[FLAGS_AT] = bytes[FLAGS_AT];
      ByteBuffer.wrap(next)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(CURRENT_TAKEN_AT, header.getLong(CURRENT_TAKEN_AT));
    }
    return next;
  }

  /** The state after a repetition that was judged, or need not be, and told nothing. */
  public byte[] settled(Snapshot repetition, ContentDigest digest) {
    byte[] next = bytes.clone();
    next[FLAGS_AT] |= IS_SETTLED;
    ByteBuffer.wrap(next)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(CURRENT_TAKEN_AT, repetition.takenAtMillis())
        .putLong(CURRENT_SEQUENCE_AT, repetition.sequence())
        .putLong(DIGEST_AT, digest.first())
        .putLong(DIGEST_AT + Long.BYTES, digest.second());
    return next;
  }

  /** True of a record that was appended before the host was retired, and is read again. */
  public boolean isForgotten(long appendedAtMillis) {
    return isOfThisVersion() && appendedAtMillis <= header.getLong(FORGOTTEN_AT);
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
    return unpack(null);
  }

  private HostState unpack(@Nullable Snapshot latest) {
    if (state == null) {
      state = bytes.length == 0 ? HostState.NONE : StateReader.read(bytes, latest);
    }
    return state;
  }

  /**
   * The next state, packed; the digest is that of {@code latest}, and is kept if the state keeps
   * another snapshot.
   */
  public byte[] next(HostState next, Snapshot latest, ContentDigest digest) {
    return StateWriter.write(next, this::factsOf, next.current() == latest ? digest : digest());
  }

  public ContentDigest digest() {
    return isOfThisVersion()
        ? new ContentDigest(header.getLong(DIGEST_AT), header.getLong(DIGEST_AT + Long.BYTES))
        : ContentDigest.UNKNOWN;
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
