package io.acswatch.benchmarks.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The clocks of processes, set ahead or back by libfaketime while a process runs. Only the time of
 * day is changed. What waits, or measures how long something takes, goes on as before.
 *
 * <p>The library reads a file of the node once a second. It leaves shared memory behind when a
 * process is killed, so it is used only where {@code /dev/shm} is the suite's own.
 */
final class Clocks {
  private static final int LEAST_SECONDS = 60;
  private static final int MOST_SECONDS = 7_200;

  private static final String LIBRARY = "faketime/libfaketimeMT.so.1";
  private static final List<String> PLACES = List.of("/usr/lib64", "/usr/lib", "/usr/local/lib");

  private final Path directory;

  /** With the files that say what time it is in this directory. */
  Clocks(Path directory) {
    this.directory = directory;
  }

  /** What of the faults of clocks cannot be had here; empty if all can. */
  static String lacks() {
    return library().isEmpty() ? "no step of the clock of a process: libfaketime is missing" : "";
  }

  /** Debian has it in a directory of the machine's architecture. */
  private static Optional<Path> library() {
    return PLACES.stream()
        .map(Path::of)
        .filter(Files::isDirectory)
        .flatMap(Clocks::withSubdirectories)
        .map(place -> place.resolve(LIBRARY))
        .filter(Files::isReadable)
        .findFirst();
  }

  private static Stream<Path> withSubdirectories(Path place) {
    try (Stream<Path> below = Files.list(place)) {
      return Stream.concat(Stream.of(place), below.toList().stream());
    } catch (IOException unreadable) {
      return Stream.of(place);
    }
  }

  /** By how much a fault steps a clock: between a minute and two hours, ahead or back. */
  static int seconds(Fault fault) {
    Random random = new Random(fault.atMillis());
    int seconds = LEAST_SECONDS + random.nextInt(MOST_SECONDS - LEAST_SECONDS + 1);
    return random.nextBoolean() ? seconds : -seconds;
  }

  /** The environment of a process whose clock can be stepped. */
  Map<String, String> environment(String node) throws IOException {
    Path file = file(node);
    if (!Files.exists(file)) {
      step(node, 0);
    }
    return Map.of(
        "LD_PRELOAD", library().orElseThrow().toString(),
        "FAKETIME_TIMESTAMP_FILE", file.toString(),
        "FAKETIME_CACHE_DURATION", "0", // looked at once a second; at each call it is slow
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        "FAKETIME_FORCE_MONOTONIC_FIX", "0", // with it version 0.9.10 waits for nothing
        "NO_FAKE_STAT", "1");
  }

  /** Steps the clock of a node, running or not, to so many seconds ahead of the right time. */
  void step(String node, int seconds) throws IOException {
    Path next = Files.writeString(directory.resolve(node + ".next"), "%+d\n".formatted(seconds));
    Files.move(next, file(node), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(String node) {
    return directory.resolve(node + ".clock");
  }
}
