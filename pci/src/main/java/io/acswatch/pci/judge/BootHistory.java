package io.acswatch.pci.judge;

import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The boots of a host that are remembered, and the order of boots.
 *
 * <p>A boot follows the current one if the agent says so (lineage). Where the agent does not know
 * the boot before, a boot is older if it is remembered, or if its frame was taken before the first
 * one of the current boot. Frames of older boots are not judged: they come late, are read again, or
 * are copies.
 *
 * <p>One thing no older boot can do: send new frames, taken after the current one began. A boot
 * that does is a rival. If rival and current boot take turns, two machines have one host id.
 *
 * <p>A boot of another machine than the current one is a rival from its first frame on, even if the
 * agent says that it follows: its disk is a copy. So it is never compared with what the other
 * machine showed. That two machines have one host id is certain as soon as the current boot is
 * heard again. If it is not heard for {@link #GONE_MILLIS}, the machine was replaced, and the other
 * one is judged as a host that is new. Both machines must be known: an agent may be unable to tell,
 * and a machine that is not known differs from none.
 *
 * @param boots oldest first; the last one is the current boot
 * @param rival the boot that was heard beside the current one; null if there is none
 * @param forgottenMillis when the host was retired, by the broker, milliseconds since 1970; 0 if it
 *     never was. What was appended before tells nothing of the host that has its id since
 */
public record BootHistory(List<SeenBoot> boots, @Nullable Rival rival, long forgottenMillis) {
  /** A host that boots more often between a frame and its late copy needs the time of the frame. */
  static final int REMEMBERED = 8;

  /** Clocks may be set back by this much at a boot; a late frame then looks new. */
  static final long SLACK_MILLIS = 60_000;

  /** Clocks that are kept in time differ by less, and no boot is over so soon. */
  static final long AHEAD_MILLIS = 5_000;

  /** A boot that is not heard for so long beside the other one is gone. */
  static final long GONE_MILLIS = 900_000;

  private static final int TURNS_OF_A_CONFLICT = 2;

  static final BootHistory NONE = new BootHistory(List.of(), null, 0);

  /**
   * A boot.
   *
   * @param machine what tells its machine apart from others, empty if unknown
   * @param sinceMillis when the first frame of it was taken, milliseconds since 1970; 0 if unknown,
   *     as of a boot that is only known as the one before another
   * @param sequence highest number of a frame of it, 0 if unknown
   */
  public record SeenBoot(String id, String machine, long sinceMillis, long sequence) {}

  /**
   * A boot that sends new frames beside the current one. All times are by the clock of the boot
   * that is measured, so clocks that differ do no harm.
   *
   * @param turns how often the rival was heard anew after the current boot
   * @param turnSinceMillis when the first frame of its last turn was taken
   * @param answeredMillis when the current boot was first heard after that turn; 0 if it was not
   *     yet
   * @param last its last whole snapshot; null if none is remembered
   */
  public record Rival(
      String id, int turns, long turnSinceMillis, long answeredMillis, @Nullable Snapshot last) {}

  /**
   * What a frame says of its place among the boots.
   *
   * @param previousBoot id of the boot before, empty if unknown
   * @param machine what tells its machine apart from others, empty if unknown
   * @param takenAtMillis milliseconds since 1970; 0 if unknown
   * @param sequence number of the frame within its boot, 0 if unknown
   */
  public record Sign(
      String bootId, String previousBoot, String machine, long takenAtMillis, long sequence) {
    /** Of a frame that names neither the boot before nor the machine. */
    public Sign(String bootId, long takenAtMillis, long sequence) {
      this(bootId, "", "", takenAtMillis, sequence);
    }

    public static Sign of(Snapshot snapshot) {
      return new Sign(
          snapshot.boot().id(),
          snapshot.boot().notes().previousBoot(),
          snapshot.boot().notes().machine(),
          snapshot.takenAtMillis(),
          snapshot.sequence());
    }

    public static Sign of(Unchanged unchanged) {
      return new Sign(unchanged.bootId(), unchanged.lookedAtMillis(), unchanged.sequence());
    }
  }

  /** What a frame is by the order of boots. */
  public enum Place {
    /** New, from the current boot. */
    CURRENT,
    /** The first of a boot that follows. */
    NEXT,
    /** From an older boot, or delivered before. */
    OLD,
    /** New, from a boot that is not the current one. */
    RIVAL
  }

  public BootHistory {
    boots = List.copyOf(boots);
  }

  /** Of a host that was retired: all of its boots are forgotten. */
  static BootHistory forgottenAt(long millis) {
    return new BootHistory(List.of(), null, millis);
  }

  private BootHistory with(List<SeenBoot> known, @Nullable Rival other) {
    return new BootHistory(known, other, forgottenMillis);
  }

  /** True of a record that was appended before the host was retired, and is read again. */
  public boolean isForgotten(long appendedAtMillis) {
    return appendedAtMillis <= forgottenMillis;
  }

  /** The same, up to date with the last snapshots that are remembered. */
  BootHistory upTo(@Nullable Snapshot baseline, @Nullable Snapshot current) {
    if (current == null) {
      return this;
    }
    List<SeenBoot> known = new ArrayList<>(boots);
    if (boots.isEmpty()) {
      if (baseline != null && !isOf(baseline, current.boot().id())) {
        known.add(seen(Sign.of(baseline)));
      }
      known.add(seen(Sign.of(current)));
    } else {
      SeenBoot last = known.remove(known.size() - 1);
      known.add(
          new SeenBoot(
              last.id,
              known(current.boot().notes().machine(), last.machine),
              earlier(last.sinceMillis, current.takenAtMillis()),
              Math.max(last.sequence, current.sequence())));
    }
    return with(known, rival);
  }

  private static SeenBoot seen(Sign sign) {
    return new SeenBoot(sign.bootId, sign.machine, sign.takenAtMillis, sign.sequence);
  }

  private static String known(String machine, String otherwise) {
    return machine.isEmpty() ? otherwise : machine;
  }

  /** True if both are known, and by the same of their numbers. */
  private static boolean areTwo(String machine, String other) {
    return !machine.equals(other) && kindOf(machine).equals(kindOf(other));
  }

  private static String kindOf(String machine) {
    return machine.split(" ", 2)[0];
  }

  private static boolean isOf(Snapshot snapshot, String bootId) {
    return snapshot.boot().id().equals(bootId);
  }

  private static long earlier(long one, long other) {
    return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
  }

  public Place placeOf(Sign sign) {
    if (boots.isEmpty()) {
      return Place.NEXT;
    }
    SeenBoot current = current();
    SeenBoot known = find(sign.bootId);
    boolean isNew = known == null || sign.sequence == 0 || sign.sequence > known.sequence;
    if (known != null && known.id.equals(current.id)) {
      return isNew ? Place.CURRENT : Place.OLD;
    }
    if (known == null && areTwo(sign.machine, current.machine)) {
      return isFirstOfAnotherMachine(sign) ? Place.RIVAL : Place.OLD;
    }
    if (known != null || followsRival(sign)) {
      boolean isLater =
          sign.takenAtMillis != 0
              && current.sinceMillis != 0
              && sign.takenAtMillis > current.sinceMillis + SLACK_MILLIS;
      return isNew && isLater && sign.sequence != 0 ? Place.RIVAL : Place.OLD;
    }
    return follows(sign) || !isEarlier(sign, current) ? Place.NEXT : Place.OLD;
  }

  /** False of one from before the current boot, or before a boot of its own machine. */
  private boolean isFirstOfAnotherMachine(Sign sign) {
    boolean isLater = follows(sign) || followsRival(sign) || !isEarlier(sign, current());
    return isLater
        && boots.stream()
            .noneMatch(boot -> boot.machine.equals(sign.machine) && isEarlier(sign, boot));
  }

  private static boolean isEarlier(Sign sign, SeenBoot boot) {
    return sign.takenAtMillis != 0 && sign.takenAtMillis < boot.sinceMillis;
  }

  /** True if the agent says that the boot of this snapshot came right after the current one. */
  private boolean follows(Sign sign) {
    return sign.previousBoot.equals(current().id);
  }

  private boolean followsRival(Sign sign) {
    return rival != null
        && (sign.previousBoot.equals(rival.id)
            || !sign.machine.isEmpty() && sign.machine.equals(machineOfRival()));
  }

  private String machineOfRival() {
    SeenBoot boot = rival == null ? null : find(rival.id);
    return boot == null ? "" : boot.machine;
  }

  private SeenBoot current() {
    return boots.get(boots.size() - 1);
  }

  /** When the first frame of the current boot was taken; 0 if unknown. */
  long sinceMillis() {
    return boots.isEmpty() ? 0 : current().sinceMillis;
  }

  private @Nullable SeenBoot find(String id) {
    return boots.stream().filter(boot -> boot.id.equals(id)).findFirst().orElse(null);
  }

  /** With a boot that follows, and the one that its agent names before it. */
  BootHistory followedBy(Sign first) {
    List<SeenBoot> known = new ArrayList<>(boots);
    boolean namesAnother =
        !first.previousBoot.isEmpty() && !first.previousBoot.equals(first.bootId);
    if (namesAnother && find(first.previousBoot) == null) {
      known.add(new SeenBoot(first.previousBoot, "", 0, 0));
    }
    known.add(seen(first));
    return with(lastOf(known), rival);
  }

  private static List<SeenBoot> lastOf(List<SeenBoot> known) {
    return known.subList(Math.max(0, known.size() - REMEMBERED), known.size());
  }

  /**
   * After a new frame of the current boot: a rival that is not heard beside it for long is gone.
   */
  BootHistory heard(long takenAtMillis) {
    if (rival == null || takenAtMillis == 0) {
      return this;
    }
    if (rival.answeredMillis == 0 || takenAtMillis < rival.answeredMillis) { // or a clock set back
      return with(
          boots,
          new Rival(rival.id, rival.turns, rival.turnSinceMillis, takenAtMillis, rival.last));
    }
    boolean isGone = takenAtMillis - rival.answeredMillis >= GONE_MILLIS;
    return isGone ? with(boots, null) : this;
  }

  /** After a frame of a rival; its last whole snapshot is null if none is remembered. */
  BootHistory rivalledBy(Sign sign, @Nullable Snapshot last) {
    String id = sign.bootId;
    boolean sameOne = rival != null && (rival.id.equals(id) || followsRival(sign));
    boolean sameTurn = sameOne && rival.answeredMillis == 0;
    Rival now =
        new Rival(
            id,
            sameTurn ? rival.turns : (rival == null ? 0 : rival.turns) + 1,
            sameTurn
                ? TimeLimits.notAfter(sign.takenAtMillis, rival.turnSinceMillis)
                : sign.takenAtMillis,
            0,
            last);
    List<SeenBoot> known = new ArrayList<>(boots.subList(0, boots.size() - 1));
    SeenBoot before = find(id);
    known.remove(before);
    known.add(
        before == null
            ? seen(sign)
            : new SeenBoot(
                id, known(sign.machine, before.machine), before.sinceMillis, sign.sequence));
    known.add(current());
    return with(lastOf(known), now);
  }

  /** True if the current boot was not heard for long beside this new frame of its rival. */
  boolean isLeftTo(Sign sign) {
    return rival != null
        && rival.answeredMillis == 0
        && sign.takenAtMillis - rival.turnSinceMillis >= GONE_MILLIS;
  }

  /**
   * With the time of the broker for the first frame of the current boot, where the clock of the
   * host was well ahead of it: the next boot may have the right time.
   */
  public BootHistory notAfter(long appendedAtMillis) {
    if (boots.isEmpty() || current().sinceMillis <= appendedAtMillis + AHEAD_MILLIS) {
      return this;
    }
    List<SeenBoot> known = new ArrayList<>(boots);
    SeenBoot last = known.remove(known.size() - 1);
    known.add(new SeenBoot(last.id, last.machine, appendedAtMillis, last.sequence));
    return with(known, rival);
  }

  /** The rival is the current boot from now on, and has none itself. */
  BootHistory takenOver() {
    List<SeenBoot> known = new ArrayList<>(boots);
    known.removeIf(boot -> rival != null && boot.id.equals(rival.id));
    SeenBoot next = rival == null ? current() : find(rival.id);
    if (next != null) {
      known.add(next);
    }
    return with(known, null);
  }

  /**
   * True if two machines have this host id: two boots take turns, or the current one was heard
   * after one that is known to be of another machine.
   */
  boolean isContested() {
    return rival != null
        && (rival.turns >= TURNS_OF_A_CONFLICT
            || rival.answeredMillis != 0 && isRivalAnotherMachine());
  }

  /** True if what is remembered of the current boot cannot be the rival's. */
  boolean isRivalAnotherMachine() {
    return areTwo(machineOfRival(), current().machine);
  }

  /** True if two machines have this host id, and this next boot may be one of either. */
  boolean mayFollowEither(Sign sign) {
    return isContested() && !follows(sign) && !areTwo(machineOfRival(), sign.machine);
  }
}
