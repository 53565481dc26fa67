package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.collector.Lspci;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whether we decode as pciutils does: capabilities with offset, id and version, ACS flag by flag,
 * and every other field that both decode. Needs {@code lspci}.
 */
class LspciAgreementTest {
  @TempDir private Path directory;
  private final Set<String> compared = new TreeSet<>();

  @BeforeAll
  static void needsLspci() {
    Lspci.assumeThere();
  }

  @TestFactory
  List<DynamicTest> agreesOnDumpsMadeFromCaptures() {
    return Lspci.onTestCaptures(this::compare);
  }

  @TestFactory
  List<DynamicTest> agreesOnDumpsMadeFromTheCorpus() throws IOException {
    return Lspci.onTheCorpus(this::compare);
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void agreesOnGeneratedDumps(long seed) throws IOException, InterruptedException {
    compare(GeneratedSpaces.capture(seed));
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("lspci.tries", 20));
  }

  private void compare(Capture capture) throws IOException, InterruptedException {
    // Of a function that could not be read there is nothing to print, or to read.
    List<CapturedFunction> read =
        capture.functions().stream().filter(f -> f.config().length() > 0).toList();
    Path dump = Files.writeString(directory.resolve("dump"), Lspci.dump(read));

    Map<PciAddress, LspciText.Decoded> theirs =
        LspciText.parse(lspci("-F", dump.toString(), "-vvvn"));

    assertEquals(read.size(), theirs.size());
    assertAgree(theirs, ours(dump, theirs));
    theirs.values().forEach(function -> compared.addAll(function.fields().keySet()));
  }

  @Test
  void everyFieldComesUpInTheGeneratedDumps() throws IOException, InterruptedException {
    for (long seed = 0; seed < 10; seed++) {
      compare(GeneratedSpaces.capture(seed));
    }

    assertEquals(LspciText.fieldNames(), compared);
  }

  @Test
  void agreesOnTheDevicesOfThisMachine() throws IOException, InterruptedException {
    List<String> text = lspci("-xxxx");
    assumeTrue(!text.isEmpty(), "this machine has no PCI devices");
    List<String> decoded = lspci("-vvvn");
    assumeTrue(
        decoded.stream().noneMatch(line -> line.contains("<access denied>")),
        "lspci may not read the configuration space here");
    Path dump = Files.write(directory.resolve("dump"), text);

    Map<PciAddress, LspciText.Decoded> theirs = LspciText.parse(decoded);

    assertFalse(theirs.isEmpty());
    assertAgree(theirs, ours(dump, theirs));
  }

  private static void assertAgree(
      Map<PciAddress, LspciText.Decoded> theirs, Map<PciAddress, LspciText.Decoded> ours) {
    List<String> differences = new ArrayList<>();
    theirs.forEach(
        (address, function) -> {
          LspciText.Decoded own = ours.get(address);
          if (own == null || !own.equals(function)) {
            differences.add(address + ": lspci " + function + ", we " + own);
          }
        });
    assertEquals(List.of(), differences.stream().limit(1).toList());
    assertEquals(theirs.keySet(), ours.keySet());
  }

  /** What we decode, of the fields those that lspci prints. */
  private static Map<PciAddress, LspciText.Decoded> ours(
      Path dump, Map<PciAddress, LspciText.Decoded> theirs) throws IOException {
    FunctionDecoder decoder = new FunctionDecoder();
    Map<PciAddress, LspciText.Decoded> ours = new TreeMap<>();
    for (CapturedFunction function : CaptureInput.host(dump.toString()).functions()) {
      LspciText.Decoded decoded =
          LspciText.Decoded.of(DecodedFunction.of(function, decoder, false));
      LspciText.Decoded printed =
          theirs.getOrDefault(function.address(), LspciText.Decoded.empty());
      ours.put(function.address(), decoded.withFieldsOf(printed));
    }
    return ours;
  }

  private List<String> lspci(String... arguments) throws IOException, InterruptedException {
    byte[] output = Lspci.run(directory, arguments);
    return new String(output, StandardCharsets.ISO_8859_1).lines().toList();
  }
}
