package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.Footprint;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the decoder reads is all that facts depend on: the collector looks nowhere else. */
class FootprintTest {
  private final FunctionDecoder decoder = new FunctionDecoder();
  private final Footprint footprint = new Footprint();

  private ConfigFacts decode(CapturedFunction function, byte[] bytes) {
    return decoder.decode(
        footprint.wrap(new ArrayConfigSpace(bytes)),
        ReadStatus.COMPLETE,
        function.ids(),
        function.kernel());
  }

  @Test
  void factsDependOnNothingElse() {
    SplittableRandom random = new SplittableRandom(1);
    int functions = 0;
    int dwords = 0;
    for (String name : Captures.NAMES) {
      for (CapturedFunction function : Captures.read(name).functions()) {
        byte[] bytes = function.config().toByteArray();
        ConfigFacts facts = decode(function, bytes);
        BitSet read = (BitSet) footprint.dwords().clone();
        for (int i = 0; i < 5; i++) {
          byte[] other = bytes.clone();
          for (int at = 0; at < other.length; at++) {
            if (!read.get(at / 4)) {
              other[at] = (byte) (i == 0 ? ~other[at] : random.nextInt());
            }
          }
          assertEquals(facts, decode(function, other), function.address()::toString);
          assertEquals(read, footprint.dwords());
        }
        if (facts.status() == ReadStatus.COMPLETE && bytes.length == 4096) {
          functions++;
          dwords += read.cardinality();
        }
      }
    }
    int mean = dwords / functions;
    assertTrue(mean < 41, mean + " of 1024 dwords of each of " + functions + " functions");
  }
}
