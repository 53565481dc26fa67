package io.acswatch.collector.agent;

import io.acswatch.cli.Program;
import io.acswatch.collector.spool.Spool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file in the spool that tells which boot was before this one: two lines, this boot and the one
 * before.
 */
final class BootFile {
  private static final Logger LOG = LoggerFactory.getLogger(BootFile.class);
  private static final String NAME = "boot";
  private static final String UNKNOWN = "";

  private final Spool spool;
  private final Path file;
  private String boot = UNKNOWN;
  private String previous = UNKNOWN;

  BootFile(Spool spool) {
    this.spool = spool;
    file = spool.directory().resolve(NAME);
  }

  /** Id of the boot before this one, empty if unknown; keeps this one for the next. */
  String before(String bootId) {
    if (!bootId.equals(boot) || !Files.exists(file)) {
      try {
        List<String> known = lines();
        if (!bootId.equals(boot)) {
          previous = line(known, line(known, 0).equals(bootId) ? 1 : 0);
          boot = bootId;
        }
        spool.put(NAME, boot + "\n" + previous + "\n");
      } catch (IOException failed) {
        LOG.warn("{}: the next boot will not know this one: {}", file, Program.describe(failed));
      }
    }
    return previous;
  }

  private List<String> lines() throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException firstBoot) {
      return List.of();
    }
  }

  private static String line(List<String> lines, int number) {
    return number < lines.size() ? lines.get(number).strip() : UNKNOWN;
  }
}
