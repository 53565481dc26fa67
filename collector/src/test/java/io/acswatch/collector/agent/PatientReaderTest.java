package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.source.DenyList;
import io.acswatch.collector.source.ReadGuard;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class PatientReaderTest {
  private static final String STUCK = "/sys/bus/pci/devices/0000:3b:00.0";

  private final ReadGuard guard = new ReadGuard(DenyList.NONE, 1_000);
  private final Semaphore answer = new Semaphore(0);

  /** Looks at one function whose read does not return; true if it was left out. */
  private boolean look() {
    if (!guard.begin(STUCK, false)) {
      return true;
    }
    answer.acquireUninterruptibly();
    guard.end();
    return false;
  }

  @Test
  void warnsOfAReadThatDoesNotReturn() throws Exception {
    assertTrue(logOf(false).contains("WARN"));
  }

  @Test
  void warnsOfNothingWhereTheStopCutsAReadShort() throws Exception {
    assertFalse(logOf(true).contains("WARN"));
  }

  private String logOf(boolean stopping) throws Exception {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream err = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (PatientReader patient = new PatientReader(guard, Duration.ofMillis(50))) {
      if (stopping) {
        patient.abandon();
        assertTrue(patient.lastLook(this::look, Duration.ofMillis(50)));
      } else {
        assertTrue(patient.look(this::look));
      }
    } finally {
      answer.release();
      System.setErr(err);
    }
    return log.toString(StandardCharsets.UTF_8);
  }
}
