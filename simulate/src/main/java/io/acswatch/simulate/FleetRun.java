package io.acswatch.simulate;

import io.acswatch.pci.snapshot.ContentDigest;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Lets a fleet run for a time and sends what it says. */
final class FleetRun {
  @FunctionalInterface
  interface Sink extends Closeable {
    /** Takes the next record; may hold it back to keep to a rate. */
    void accept(Emission emission) throws IOException;

    @Override
    default void close() throws IOException {}
  }

  private static final long PROGRESS_NANOS = Duration.ofSeconds(5).toNanos();

  private final Fleet fleet;
  private final long endMillis;
  private final Sink sink;
  private final PrintWriter progress;
  private final MessageDigest digest = ContentDigest.sha256();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private long records;
  private long functions;
  private long bytes;
  private int alerts;

  FleetRun(Fleet fleet, int minutes, Sink sink, PrintWriter progress) {
    this.fleet = fleet;
    this.sink = sink;
    this.progress = progress;
    endMillis = Fleet.START_MILLIS + Duration.ofMinutes(minutes).toMillis();
  }

  /** Runs to the end, and says what there was; {@code demand} gets each expected alert. */
  String run(Consumer<ExpectedAlert> demand) throws IOException {
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
    return "%d records, %d functions, %d bytes in %.1f s; %d alerts expected, to be refused: %s%n"
            .formatted(
                records,
                functions,
                bytes,
                (System.nanoTime() - startedAt) / 1e9,
                alerts,
                refusals.entrySet().stream()
                    .map(refused -> refused.getValue() + " " + refused.getKey())
                    .collect(Collectors.joining(", ", "", refusals.isEmpty() ? "none" : "")))
        + "frames sha256 "
        + HexFormat.of().formatHex(digest.digest());
  }

  private void send(Emission emission, Consumer<ExpectedAlert> demand) throws IOException {
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
        "%d of %d minutes simulated, %d records"
            .formatted(
                Duration.ofMillis(fleet.nextAt() - Fleet.START_MILLIS).toMinutes(),
                Duration.ofMillis(endMillis - Fleet.START_MILLIS).toMinutes(),
                records));
    progress.flush();
  }
}
