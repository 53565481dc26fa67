package io.acswatch.streams;

import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.app.ServedFleet;
import java.util.List;

/** The hosts that the page is looked at with. */
public final class SampleFleet {
  /** A small host whose groups merged below two root ports. */
  public static final String SMALL = "edge4-host03";

  /** A host with GPUs below a switch whose groups merged. */
  public static final String GPUS = "rack7-host12";

  /** A host of 1,024 functions, one switch of which merged. */
  public static final String LARGE = "rack9-host01";

  /** A host that was seen once. */
  public static final String CALM = "rack7-host13";

  /** Number of functions of {@link #LARGE}. */
  public static final int MANY_FUNCTIONS = 1_024;

  private static final int FUNCTIONS_PER_DOMAIN = 32;
  private static final long BETWEEN_MILLIS = 41_000;

  private SampleFleet() {}

  /** Those that merged. */
  public static final List<String> MERGED = List.of(SMALL, GPUS, LARGE);

  /** Judges them as if they had been seen some time ago. */
  public static void judge(ServedFleet fleet, long now) {
    for (String host : MERGED) {
      fleet.judge(captures(host, now));
    }
    fleet.judge(at(now - 18_000, Frames.capture("kexec-000-before", CALM, 1)));
  }

  /** Judges what was there before they merged. */
  public static void judgeBefore(ServedFleet fleet, long now) {
    for (String host : MERGED) {
      fleet.judge(captures(host, now)[0]);
    }
  }

  /** The captures of a host that merged, the earlier one first. */
  public static Capture[] captures(String host, long now) {
    return switch (host) {
      case SMALL ->
          at(
              now - 52_000,
              Frames.capture("kexec-002-before", host, 1),
              Frames.capture("kexec-002-after", host, 1));
      case GPUS -> at(now - 7_000, GpuHosts.merged(host));
      default ->
          at(now - 31_000, LargeHosts.ofDomains(host, MANY_FUNCTIONS / FUNCTIONS_PER_DOMAIN));
    };
  }

  /** The last of them was taken at a time, the others some seconds before. */
  private static Capture[] at(long millis, Capture... captures) {
    Capture[] timed = captures.clone();
    for (int i = 0; i < timed.length; i++) {
      long at = millis - (timed.length - 1 - i) * BETWEEN_MILLIS;
      timed[i] = timed[i].withHost(timed[i].host(), timed[i].sequence(), at);
    }
    return timed;
  }

  /** Puts hosts beside them, as many as a large fleet has; each hundredth of them merged. */
  public static void fill(ServedFleet fleet, long now, int hosts) {
    HostState calm = state(at(now - 20_000, Frames.capture("kexec-000-before", "calm", 1)));
    for (int i = 0; i < hosts; i++) {
      String host = "rack%03d-host%02d".formatted(100 + i / 40, i % 40);
      if (i % 100 == 37) {
        fleet.judge(at(now - 20_000 - i, GpuHosts.merged(host)));
      } else {
        fleet.put(host, calm);
      }
    }
  }

  /** What is known of a host after these captures. */
  public static HostState state(Capture... captures) {
    HostState state = HostState.NONE;
    for (Capture capture : captures) {
      state = Judgement.apply(state, Snapshot.of(capture)).state();
    }
    return state;
  }
}
