package io.acswatch.benchmarks.chaos;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Snapshot;
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

  public static final class AlwaysTrue {
    @Advice.OnMethodExit
    public static void exit(@Advice.Return(readOnly = false) boolean returned) {
      returned = true;
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

  /** A snapshot of this boot is news whatever its number. */
  public static final class SameBootIsNews {
    @Advice.OnMethodExit
    public static void exit(
        @Advice.Argument(0) HostState state,
        @Advice.Argument(1) Snapshot snapshot,
        @Advice.Return(readOnly = false) boolean returned) {
      if (state.current() != null && state.current().boot().id().equals(snapshot.boot().id())) {
        returned = false;
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
