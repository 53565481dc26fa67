package io.acswatch.benchmarks.walk;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.standalone.RecordedKexec;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Functions to measure with: the host of the demo, as a real kernel captured it, in enough PCI
 * domains to give {@link #FUNCTIONS} of them.
 *
 * @param dense configuration space of each function, in the frame's order
 * @param frame the same functions as one frame
 */
public record Corpus(List<byte[]> dense, byte[] frame) {
  public static final int FUNCTIONS = 100;

  public static final int WITH_ACS = 32;

  /**
   * Sum of what the walks find: their ACS Control words, and {@link AcsWalk#NONE} for the others.
   */
  public static final int SUM_OF_ANSWERS = WITH_ACS * 0x1D + (FUNCTIONS - WITH_ACS) * AcsWalk.NONE;

  public static Corpus load() {
    return load(config -> config);
  }

  /** Loads it with the configuration space of each function altered. */
  public static Corpus load(UnaryOperator<byte[]> altered) {
    byte[] frame = FrameWriter.write(widened(capture(), altered));
    FrameReader reader = new FrameReader();
    if (reader.wrap(frame) != null) {
      throw new IllegalStateException("the frame of the corpus is refused");
    }
    List<byte[]> dense = new ArrayList<>();
    for (int i = 0; i < reader.functionCount(); i++) {
      dense.add(reader.function(i).config().toByteArray());
    }
    return new Corpus(List.copyOf(dense), frame);
  }

  private static Capture capture() {
    try {
      return RecordedKexec.before();
    } catch (IOException damaged) {
      throw new IllegalStateException(damaged);
    }
  }

  private static Capture widened(Capture host, UnaryOperator<byte[]> altered) {
    List<CapturedFunction> functions = new ArrayList<>();
    for (int i = 0; i < FUNCTIONS; i++) {
      CapturedFunction function = host.functions().get(i % host.functions().size());
      int domain = i / host.functions().size();
      functions.add(
          new CapturedFunction(
              new PciAddress(domain, function.address().requesterId()),
              function.sysfsPath().replace("0000:", "%04x:".formatted(domain)),
              new ArrayConfigSpace(altered.apply(function.config().toByteArray())),
              function.readStatus(),
              function.ids(),
              function.kernel(),
              function.removable()));
    }
    return new Capture(
        host.host(),
        host.phase(),
        host.boot(),
        host.takenAtMillis(),
        1,
        host.kexecLoaded(),
        List.of(),
        functions,
        List.of(),
        List.of());
  }
}
