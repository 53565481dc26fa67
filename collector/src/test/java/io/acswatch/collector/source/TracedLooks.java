package io.acswatch.collector.source;

import io.acswatch.collector.source.HostReader.WatchedRegister;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.pci.snapshot.Capture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** What the agent does on a host, over and over: sweeps, fast looks and looks for owners. */
public final class TracedLooks {
  private static final int ROUNDS = 3;
  private static final int ANY_WORD = 0x06;

  private TracedLooks() {}

  /** Does it {@link #ROUNDS} times for the host below the first argument. */
  public static void main(String[] arguments) throws IOException {
    HostTree tree = new HostTree(Path.of(arguments[0]));
    HostReader reader = new HostReader(tree, Clock.systemUTC());
    OwnershipReader owners = new OwnershipReader(tree, null, Clock.systemUTC());
    for (int round = 0; round < ROUNDS; round++) {
      owners.hasChanged(Duration.ofMinutes(round).toNanos());
      Capture capture = reader.read("traced", round + 1, owners.read().toOwnershipClaims());
      List<WatchedRegister> words =
          capture.functions().stream()
              .map(f -> new WatchedRegister(f.address(), ANY_WORD, 0))
              .toList();
      reader.glance(words);
    }
  }
}
