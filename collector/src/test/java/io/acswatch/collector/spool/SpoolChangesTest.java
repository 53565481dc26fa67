package io.acswatch.collector.spool;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolChangesTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path directory;

  @Test
  void listsUntilNothingHappenedForAWhile() throws IOException {
    SpoolChanges changes = new SpoolChanges(directory);

    assertTrue(changes.isToBeListed(5 * SECOND));
    assertTrue(changes.isToBeListed(6 * SECOND));
    assertFalse(changes.isToBeListed(7 * SECOND));

    Files.writeString(directory.resolve("a.frame"), "");
    Files.setLastModifiedTime(directory, FileTime.fromMillis(1)); // a clock that was set back
    assertTrue(changes.isToBeListed(60 * SECOND));
    assertFalse(changes.isToBeListed(62 * SECOND));
  }

  @Test
  void listsAgainWhatCouldNotBeSent() throws IOException {
    SpoolChanges changes = new SpoolChanges(directory);
    changes.isToBeListed(0);
    assertFalse(changes.isToBeListed(9 * SECOND));

    changes.forget();
    assertTrue(changes.isToBeListed(10 * SECOND));
  }

  @Test
  void saysThatTheSpoolIsGone() throws IOException {
    SpoolChanges changes = new SpoolChanges(Files.createDirectory(directory.resolve("spool")));
    Files.delete(directory.resolve("spool"));

    assertThrows(NoSuchFileException.class, () -> changes.isToBeListed(0));
  }
}
