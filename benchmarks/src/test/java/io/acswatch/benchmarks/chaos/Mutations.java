package io.acswatch.benchmarks.chaos;

import io.acswatch.pci.judge.BootHistory;
import java.util.List;
import java.util.Properties;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** What is put into methods: each class is woven in, none is called. */
final class Mutations {
  private Mutations() {}

  /** The method does nothing. */
  public static final class Skipped {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    public static boolean enter() {
      return true;
    }
  }

  /** What is in the store of a task is taken for all of its changelog, but for one record. */
  public static final class NotRestored {
    @Advice.OnMethodEnter
    public static void enter(
        @Advice.FieldValue("taskType") Object taskType,
        @Advice.Argument(value = 1, readOnly = false) List<?> records) {
      if (taskType.toString().equals("ACTIVE") && !records.isEmpty()) {
        records = records.subList(records.size() - 1, records.size());
      }
    }
  }

  /** Offsets are committed first, and what they stand for is written later. */
  public static final class AtLeastOnce {
    @Advice.OnMethodExit
    public static void exit(@Advice.Return Properties settings) {
      settings.put("processing.guarantee", "at_least_once");
      settings.put("producer.linger.ms", 4_000);
    }
  }

  /** There is never a reason not to be ready. */
  public static final class NoReason {
    @Advice.OnMethodExit
    public static void exit(@Advice.Return(readOnly = false) List<String> returned) {
      returned = List.of();
    }
  }

  /** A frame of this boot is news whatever its number. */
  public static final class SameBootIsNews {
    @Advice.OnMethodExit
    public static void exit(
        @Advice.This BootHistory history,
        @Advice.Argument(0) BootHistory.Sign sign,
        @Advice.Return(readOnly = false) BootHistory.Place returned) {
      if (returned == BootHistory.Place.OLD
          && history.boots().get(history.boots().size() - 1).id().equals(sign.bootId())) {
        returned = BootHistory.Place.CURRENT;
      }
    }
  }

  /** A frame of any other boot than this one is of the next. */
  public static final class OtherBootIsNext {
    @Advice.OnMethodExit
    public static void exit(
        @Advice.This BootHistory history,
        @Advice.Argument(0) BootHistory.Sign sign,
        @Advice.Return(readOnly = false) BootHistory.Place returned) {
      if (returned == BootHistory.Place.OLD
          && !history.boots().get(history.boots().size() - 1).id().equals(sign.bootId())) {
        returned = BootHistory.Place.NEXT;
      }
    }
  }

  /** States are written with a version that this build does not know. */
  public static final class LaterVersionOut {
    @Advice.OnMethodExit
    public static void exit(@Advice.Return byte[] written) {
      if (written.length > 0 && written[0] < 100) {
        written[0] += 100;
      }
    }
  }

  /** Reads what this build wrote and what the later one wrote. */
  public static final class LaterVersionIn {
    @Advice.OnMethodEnter
    public static void enter(
        @Advice.Argument(value = 0, readOnly = false, typing = Assigner.Typing.DYNAMIC)
            byte[] stored) {
      if (stored != null && stored.length > 0 && stored[0] > 100) {
        stored = stored.clone();
        stored[0] -= 100;
      }
    }
  }
}
