package io.acswatch.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.text.CaptureReader;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Recorded kexecs to test with, as the collector would have sent them. */
public final class Frames {
  /** When the captures are said to have been taken: 2026-01-01T00:00:00Z. */
  public static final long TAKEN_AT = 1_767_225_600_000L;

  /** Of a frame whose number and time are unknown. */
  public static final Sign ANY_SIGN = new Sign("boot", 0, 0);

  private Frames() {}

  /** One of the captures in the resources, as a host's. */
  public static Capture capture(String name, String host, long sequence) {
    try {
      String file = "/captures/" + name + ".cap";
      return CaptureReader.read(file, Frames.class.getResourceAsStream(file))
          .withHost(host, sequence, TAKEN_AT + sequence);
    } catch (InputException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  /** The same as a frame. */
  public static byte[] frame(String name, String host, long sequence) {
    return FrameWriter.write(capture(name, host, sequence));
  }

  /** The recorded kernels: cases with a name, captures as text, and who was given which device. */
  public static List<JsonNode> recordedCases() {
    List<JsonNode> cases = new ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Frames.class.getResourceAsStream("/corpus/corpus.jsonl.gz")),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        cases.add(mapper.readTree(line));
      }
      return cases;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The captures of a recorded case, as those of a host, in their order. */
  public static List<Capture> recorded(String name, String host) {
    List<Capture> captures = new ArrayList<>();
    for (JsonNode one : recordedCases()) {
      if (one.get("case").asText().equals(name)) {
        for (JsonNode recorded : one.get("captures")) {
          byte[] text = recorded.get("text").asText().getBytes(StandardCharsets.UTF_8);
          int sequence = captures.size() + 1;
          try {
            captures.add(
                CaptureReader.read(name, new ByteArrayInputStream(text))
                    .withHost(host, sequence, TAKEN_AT + sequence));
          } catch (InputException damaged) {
            throw new UncheckedIOException(damaged);
          }
        }
      }
    }
    return captures;
  }

  /** The same frame, its first function's Received Master Abort bit turned: no fact. */
  public static byte[] withStatusBit(byte[] frame) {
    byte[] other = frame.clone();
    ByteBuffer header = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    int firstLine = header.getShort(0x0C) + header.getInt(0x10) * header.getShort(0x0E);
    other[firstLine + 0x07] ^= 0x20;
    return other;
  }

  /** What a collector without privileges would have made of it: 64 bytes of each function. */
  public static Snapshot unprivileged(Capture capture) {
    Snapshot whole = Snapshot.of(capture);
    return new Snapshot(
        whole.host(),
        whole.boot(),
        whole.bootClass(),
        whole.takenAtMillis(),
        whole.sequence(),
        whole.kexecLoaded(),
        whole.orderKnown(),
        whole.functions().stream()
            .map(
                function ->
                    new PciFunction(
                        function.address(),
                        function.path(),
                        function.ids(),
                        ConfigFacts.unread(ReadStatus.TRUNCATED_UNPRIVILEGED, 64),
                        function.kernel()))
            .toList(),
        whole.owners(),
        List.of());
  }

  /** The same as a capture of another boot of the same kernel, started by kexec. */
  public static Capture inBoot(String bootId, Capture capture) {
    Boot boot = capture.boot();
    return new Capture(
        capture.host(),
        capture.phase(),
        new Boot(
            bootId,
            boot.kernelRelease(),
            boot.kernelVersion(),
            boot.commandLine(),
            Boot.KEXEC_LOADER,
            boot.loader().version()),
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        capture.scanOrder(),
        capture.functions(),
        capture.owners(),
        capture.notes());
  }
}
