package io.acswatch.simulate;

import java.io.IOException;
import java.io.PrintWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Lets a fleet run for a time and sends what it says. */
final class FleetRun {
  private static final long PROGRESS_NANOS = Duration.ofSeconds(5).toNanos();

  private final Fleet fleet;
  private final long endMillis;
  private final FleetSink sink;
  private final PrintWriter progress;
  private final MessageDigest digest = sha256();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private long records;
  private long functions;
  private long bytes;
  private int alerts;

  /**
   * What there was.
   *
   * @param digest SHA-256 of all values one after the other
   */
  record Totals(
      long records,
      long functions,
      long bytes,
      int alerts,
      Map<String, Integer> refusals,
      String digest,
      double seconds) {
    @Override
    public String toString() {
      return ("%d records, %d functions, %d bytes in %.1f s; %d alerts must come, to be refused: %s%n"
              + "frames sha256 %s")
          .formatted(records, functions, bytes, seconds, alerts, refusals, digest);
    }
  }

  FleetRun(Fleet fleet, int minutes, FleetSink sink, PrintWriter progress) {
    this.fleet = fleet;
    this.sink = sink;
    this.progress = progress;
    endMillis = Fleet.START_MILLIS + Duration.ofMinutes(minutes).toMillis();
  }

  /** Runs to the end; {@code demand} is told each alert that must come. */
  Totals run(Consumer<ExpectedAlert> demand) throws IOException, InterruptedException {
    long startedAt = System.nanoTime();
    long told = startedAt;
    try (sink) {
      while (fleet.nextAt() < endMillis) {
        for (Emission emission : fleet.advance()) {
          send(emission, demand);
        }
        if (System.nanoTime() - told > PROGRESS_NANOS) {
          told = System.nanoTime();
          tell();
        }
      }
    }
    return new Totals(
        records,
        functions,
        bytes,
        alerts,
        refusals,
        HexFormat.of().formatHex(digest.digest()),
        (System.nanoTime() - startedAt) / 1e9);
  }

  private void send(Emission emission, Consumer<ExpectedAlert> demand)
      throws IOException, InterruptedException {
    records++;
    if (emission.value() != null) {
      digest.update(emission.value());
      bytes += emission.value().length;
    }
    functions += emission.functions();
    if (!emission.refusal().isEmpty()) {
      refusals.merge(emission.refusal(), 1, Integer::sum);
    }
    emission.alerts().forEach(demand);
    alerts += emission.alerts().size();
    sink.accept(emission);
  }

  private void tell() {
    progress.println(
        "%s simulated, %d records"
            .formatted(Duration.ofMillis(fleet.nextAt() - Fleet.START_MILLIS), records));
    progress.flush();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
