package io.acswatch.wire.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.frame.CaptureContent;
import io.acswatch.wire.frame.Captures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CaptureRoundTripTest {
  static List<String> names() {
    return Captures.NAMES;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void writesWhatItRead(String name) {
    String text = Captures.text(name);
    Capture capture = Captures.read(name);
    String written = CaptureWriter.toText(capture);
    assertEquals(text + "end\t" + capture.functions().size() + "\n", written);
  }

  /** Files that others wrote have their lines in another order, or leave some out. */
  @Test
  void writesEveryFileOfTheCorpusSoThatItReadsAsItWas() throws IOException {
    List<Path> corpus = Captures.corpus();
    assertFalse(corpus.isEmpty());
    int asTheyWere = 0;
    for (Path file : corpus) {
      Capture capture = CaptureReader.read(file);
      String written = CaptureWriter.toText(capture);
      Capture again = CaptureReader.readText(file.toString(), written);
      CaptureContent.assertSame(capture, again);
      assertEquals(written, CaptureWriter.toText(again), file::toString);
      String text = Files.readString(file);
      asTheyWere += written.equals(text + "end\t" + capture.functions().size() + "\n") ? 1 : 0;
    }
    assertTrue(asTheyWere > corpus.size() / 3, "written as they were: " + asTheyWere);
  }

  @Test
  void readsWhatTheKernelSaidOfAFunction() {
    CapturedFunction vf = function(Captures.read("sriov-vfs"), "01:00.1");
    assertEquals(PciAddress.parse("01:00.0"), vf.kernel().sriov().physicalFunction());
    assertTrue(vf.kernel().ariEnabled());
    assertEquals(4096, vf.config().length());
    assertEquals(0xFFFF, vf.config().u16(0));
    assertEquals(0x1b36, vf.ids().vendor());
    assertEquals("DMA-FQ", vf.kernel().groupType());
  }

  @Test
  void keepsTheLinesThatTellAHandover() {
    Capture capture = Captures.read("live-update");
    assertEquals(BootClass.KEXEC_KHO, BootClass.of(capture.boot(), capture.notes()));
  }

  private static CapturedFunction function(Capture capture, String address) {
    PciAddress wanted = PciAddress.parse(address);
    return capture.functions().stream()
        .filter(function -> function.address().equals(wanted))
        .findFirst()
        .orElseThrow();
  }
}
