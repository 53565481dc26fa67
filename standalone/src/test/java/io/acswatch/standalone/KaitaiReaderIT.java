package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The reader that the Kaitai Struct compiler makes of {@code wire/frame.ksy} and ours see the same
 * in every golden frame, field by field.
 */
class KaitaiReaderIT {
  private static final Path WIRE = Path.of("..", "wire");
  private static final Path SCRIPT = Path.of("src", "test", "node", "read-frames.js");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path scratch;

  @Test
  void itsReaderAgreesWithOursOnEveryGoldenFrame() throws Exception {
    List<Path> frames = goldenFrames();
    assertFalse(frames.isEmpty());
    List<String> lines = read(frames);
    assertEquals(frames.size(), lines.size());
    for (int i = 0; i < frames.size(); i++) {
      assertEquals(ours(frames.get(i)), JSON.readTree(lines.get(i)), frames.get(i).toString());
    }
  }

  private static List<Path> goldenFrames() throws Exception {
    try (Stream<Path> files = Files.list(WIRE.resolve("src/test/resources/v1"))) {
      return files
          .filter(file -> file.toString().endsWith(".frame"))
          .map(file -> file.toAbsolutePath().normalize())
          .sorted()
          .toList();
    }
  }

  private List<String> read(List<Path> frames) throws Exception {
    Path modules = NodeModules.directory().resolve("node_modules");
    Object description =
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(WIRE.resolve("frame.ksy")));
    Path compiled =
        Files.write(scratch.resolve("frame.ksy.json"), JSON.writeValueAsBytes(description));
    List<String> command =
        new ArrayList<>(List.of("node", SCRIPT.toAbsolutePath().toString(), compiled.toString()));
    frames.forEach(frame -> command.add(frame.toString()));
    Path out = scratch.resolve("out");
    Path err = scratch.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("NODE_PATH", modules.toString());
    int exitCode = builder.start().waitFor();
    assertEquals(0, exitCode, Files.readString(err));
    return Files.readAllLines(out);
  }

  private static JsonNode ours(Path frame) throws Exception {
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(Files.readAllBytes(frame)));
    ObjectNode json = JSON.createObjectNode();
    json.put("type", reader.type().name());
    if (reader.type() == FrameType.UNCHANGED) {
      return JSON.readTree(unchanged(reader.toUnchanged(), json).toString());
    }
    Capture capture = reader.toCapture();
    special(reader, json);
    json.put("host", capture.host()).put("phase", capture.phase());
    json.put("boot", capture.boot().id()).put("release", capture.boot().kernelRelease());
    json.put("version", capture.boot().kernelVersion());
    json.put("command_line", capture.boot().commandLine());
    json.putArray("loader")
        .add(capture.boot().loader().type())
        .add(capture.boot().loader().version());
    json.put("taken_at", capture.takenAtMillis()).put("sequence", capture.sequence());
    json.put("kexec_loaded", capture.kexecLoaded());
    ArrayNode scanOrder = json.putArray("scan_order");
    capture.scanOrder().forEach(address -> scanOrder.add(address.toString()));
    ArrayNode owners = json.putArray("owners");
    capture
        .owners()
        .forEach(o -> owners.addArray().add(o.address().toString()).add(o.vm()).add(o.source()));
    ArrayNode notes = json.putArray("notes");
    capture.notes().forEach(notes::add);
    ArrayNode functions = json.putArray("functions");
    capture.functions().forEach(function -> functions.add(ours(function)));
    // Numbers of 32 and 64 bits are equal once they have been text.
    return JSON.readTree(json.toString());
  }

  /** What only one type of frame has. */
  private static void special(FrameReader reader, ObjectNode json) {
    switch (reader.type()) {
      case HEARTBEAT -> {
        Heartbeat heartbeat = reader.toHeartbeat();
        json.put("state_sequence", heartbeat.stateSequence());
        json.put("collector_version", heartbeat.collectorVersion());
        json.putArray("waiting").add(heartbeat.waitingFrames()).add(heartbeat.waitingBytes());
        json.put("dropped_frames", heartbeat.droppedFrames());
      }
      case KEXEC_EVENT -> {
        KexecEvent event = reader.toKexecEvent();
        json.put("state_sequence", event.stateSequence());
        json.put("step", event.step().name());
        json.putArray("target").add(event.targetRelease()).add(event.targetCommandLine());
      }
      case SNAPSHOT, UNCHANGED -> {}
    }
  }

  private static ObjectNode unchanged(Unchanged unchanged, ObjectNode json) {
    ByteBuffer digest = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    digest.putLong(unchanged.digest().first()).putLong(unchanged.digest().second());
    return json.put("host", unchanged.host())
        .put("boot", unchanged.bootId())
        .put("looked_at", unchanged.lookedAtMillis())
        .put("sequence", unchanged.sequence())
        .put("state_sequence", unchanged.stateSequence())
        .put("digest", HexFormat.of().formatHex(digest.array()));
  }

  private static ObjectNode ours(CapturedFunction function) {
    PciAddress physicalFunction = function.kernel().sriov().physicalFunction();
    ObjectNode json = JSON.createObjectNode();
    json.put("address", function.address().toString()).put("path", function.sysfsPath());
    json.put("status", function.readStatus().name());
    json.put("config", HexFormat.of().formatHex(function.config().toByteArray()));
    json.putArray("ids")
        .add(function.ids().vendor())
        .add(function.ids().device())
        .add(function.ids().classCode());
    json.put("group", function.kernel().group()).put("group_type", function.kernel().groupType());
    json.put("driver", function.kernel().driver());
    json.put("physical_function", physicalFunction == null ? null : physicalFunction.toString());
    json.putArray("vfs")
        .add(function.kernel().sriov().enabledVfs())
        .add(function.kernel().sriov().totalVfs());
    json.put("ari", function.kernel().ariEnabled()).put("removable", function.removable());
    return json;
  }
}
