package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.List;

/** Compares captures by content, configuration spaces byte by byte. */
public final class CaptureContent {
  private CaptureContent() {}

  /** Fails unless both captures hold the same. */
  public static void assertSame(Capture expected, Capture actual) {
    assertEquals(expected.functions().size(), actual.functions().size(), "functions");
    for (int i = 0; i < expected.functions().size(); i++) {
      CapturedFunction one = expected.functions().get(i);
      CapturedFunction other = actual.functions().get(i);
      assertArrayEquals(
          one.config().toByteArray(),
          other.config().toByteArray(),
          () -> "config of " + one.address());
      assertEquals(withoutConfig(one), withoutConfig(other));
    }
    assertEquals(withoutFunctions(expected), withoutFunctions(actual));
  }

  private static final ArrayConfigSpace NOTHING = new ArrayConfigSpace();

  private static CapturedFunction withoutConfig(CapturedFunction function) {
    return new CapturedFunction(
        function.address(),
        function.sysfsPath(),
        NOTHING,
        function.readStatus(),
        function.ids(),
        function.kernel(),
        function.removable());
  }

  private static Capture withoutFunctions(Capture capture) {
    return new Capture(
        capture.host(),
        capture.phase(),
        capture.boot(),
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        capture.scanOrder(),
        List.of(),
        capture.owners(),
        capture.notes());
  }
}
