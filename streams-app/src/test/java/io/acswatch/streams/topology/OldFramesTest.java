package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.streams.Frames;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames of older boots: late, copied, sent again, or read again from the beginning. */
class OldFramesTest {
  private static final TopicNames TOPICS = TopicNames.DEFAULT;
  private static final String HOST = "rack7-host12";
  private static final long MINUTE = 60_000;
  private static final byte[] RETIRE = new HostRequest("test").json();

  /** A record of the frames, or of the commands. */
  private record Sent(String topic, byte[] value, long at) {}

  @TempDir Path directory;
  private TopologyTestDriver driver;
  private final List<Sent> log = new ArrayList<>();
  private int heard;
  private int passedOver;

  @BeforeEach
  void start() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "old-frames");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
    driver =
        new TopologyTestDriver(
            IsolationTopology.build(
                TOPICS,
                AlertLinks.DEFAULT,
                TopologyObserver.NONE,
                new HostObserver() {
                  @Override
                  public void heard(int partition, String host, long at, Sign sign) {
                    heard++;
                  }

                  @Override
                  public void passedOver(int partition, String host) {
                    passedOver++;
                  }
                },
                new DeletedFrames(),
                Judgement::apply),
            settings);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void pipe(Sent sent) {
    driver
        .createInputTopic(sent.topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(HOST.getBytes(StandardCharsets.UTF_8), sent.value, sent.at);
  }

  /** A frame of a boot, taken in this minute and appended a second later. */
  private Sent frame(String name, String boot, int minute) {
    long taken = Frames.TAKEN_AT + minute * MINUTE;
    Capture capture =
        Frames.inBoot(boot, Frames.capture(name, HOST, 1)).withHost(HOST, minute, taken);
    return new Sent(TOPICS.frames(), FrameWriter.write(capture), taken + 1_000);
  }

  private void send(Sent sent) {
    log.add(sent);
    pipe(sent);
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private byte[] state() {
    KeyValueStore<String, byte[]> store = driver.getKeyValueStore(Nodes.HOST_STATE);
    return store.get(HOST);
  }

  private void assertNothingCame(byte[] state) {
    assertEquals(List.of(), read(TOPICS.alerts()));
    assertEquals(List.of(), read(TOPICS.alertState()));
    assertEquals(List.of(), read(TOPICS.groups()));
    assertEquals(List.of(), read(TOPICS.rejects()));
    assertArrayEquals(state, state());
  }

  /** Three boots and more, in which groups merge, come apart, and merge again. */
  private void liveThrough(int boots, int fromMinute) {
    for (int boot = 0; boot < boots; boot++) {
      String moment = boot % 2 == 0 ? "-before" : "-after";
      for (int i = 0; i < 3; i++) {
        int minute = fromMinute + 100 * boot + 10 * i;
        send(frame("kexec-001" + moment, "boot-" + fromMinute + "-" + boot, minute));
      }
    }
    assertTrue(read(TOPICS.alerts()).size() > boots);
    read(TOPICS.alertState());
    read(TOPICS.groups());
  }

  @Test
  void oldFrameIsNotJudgedAndTheHostIsNeitherBlindNorFresh() {
    send(frame("kexec-001-after", "n-2", 1));
    send(frame("kexec-001-before", "n-1", 100));
    send(frame("kexec-001-before", "n", 200));
    List.of(TOPICS.alerts(), TOPICS.alertState(), TOPICS.groups()).forEach(this::read);
    byte[] state = state();
    int before = heard;

    pipe(new Sent(TOPICS.frames(), frame("kexec-001-after", "n-2", 50).value(), 300 * MINUTE));
    assertNothingCame(state);
    assertEquals(before, heard, "not fresh by it");
    assertEquals(1, passedOver);

    send(frame("kexec-001-after", "n", 210));
    assertTrue(read(TOPICS.alerts()).size() > 0, "its own frames are judged as ever");
    assertEquals(before + 1, heard);
  }

  @Test
  void aCopiedFrameOfThisBootDoesNotMakeTheHostFresh() {
    send(frame("kexec-001-before", "n", 1));
    List.of(TOPICS.alerts(), TOPICS.alertState(), TOPICS.groups()).forEach(this::read);
    byte[] state = state();

    pipe(new Sent(TOPICS.frames(), log.get(0).value(), Frames.TAKEN_AT + 500 * MINUTE));
    assertNothingCame(state);
    assertEquals(1, heard);
    assertEquals(1, passedOver);
  }

  @Test
  void aSignOfLifeOfAnOlderBootIsNone() {
    send(frame("kexec-001-before", "n-1", 100));
    send(frame("kexec-001-before", "n", 200));
    int before = heard;
    pipe(heartbeat("n-1", 150));
    assertEquals(before, heard);
    assertEquals(1, passedOver);

    pipe(heartbeat("n", 250));
    pipe(heartbeat("n+1", 300));
    assertEquals(before + 2, heard, "of this boot, and of one whose snapshot comes later");
  }

  private Sent heartbeat(String boot, int minute) {
    Boot of = new Boot(boot, "", "", "", Boot.UNKNOWN_LOADER, Boot.UNKNOWN_LOADER);
    long taken = Frames.TAKEN_AT + minute * MINUTE;
    Heartbeat beat = new Heartbeat(HOST, of, taken, minute, 1, false, "0.1.0", 0, 0, 0, List.of());
    return new Sent(TOPICS.frames(), FrameWriter.write(beat), 500 * MINUTE);
  }

  @Test
  void readingAllAgainRaisesNothingTwiceAndResolvesNothing() {
    liveThrough(12, 0);
    byte[] state = state();
    log.forEach(this::pipe);

    assertNothingCame(state);
  }

  @Test
  void readingAllAgainDoesNotBringBackARetiredHostNorRetireItTwice() {
    liveThrough(3, 0);
    send(new Sent(TOPICS.commands(), RETIRE, Frames.TAKEN_AT + 500 * MINUTE));
    List.of(TOPICS.alerts(), TOPICS.alertState(), TOPICS.groups()).forEach(this::read);
    byte[] retired = state();
    log.forEach(this::pipe);
    assertNothingCame(retired);

    liveThrough(3, 1_000);
    byte[] returned = state();
    log.forEach(this::pipe);
    assertNothingCame(returned);
  }

  /** Of another machine than {@code machine}'s other frames, if that differs. */
  private Capture of(String machine, String boot, String name, int minute) {
    Capture read = Frames.inBoot(boot, Frames.capture(name, HOST, 1));
    long taken = Frames.TAKEN_AT + minute * MINUTE;
    return new Capture(
        HOST,
        read.phase(),
        read.boot(),
        taken,
        minute,
        read.kexecLoaded(),
        read.scanOrder(),
        read.functions(),
        read.owners(),
        List.of(Boot.MACHINE_NOTE + "product_uuid " + machine));
  }

  private void send(Capture capture) {
    pipe(new Sent(TOPICS.frames(), FrameWriter.write(capture), capture.takenAtMillis() + 1_000));
  }

  /** The word that nothing changed since this capture. */
  private void sayUnchanged(Capture since, int minute) {
    long now = Frames.TAKEN_AT + minute * MINUTE;
    ContentDigest digest = FrameDigest.of(FrameWriter.write(since));
    Unchanged word = new Unchanged(HOST, since.boot().id(), now, minute, 60_000, digest);
    pipe(new Sent(TOPICS.frames(), FrameWriter.write(word), now + 1_000));
  }

  private List<String> told() {
    return read(TOPICS.alerts()).stream()
        .map(alert -> new String(alert.value(), StandardCharsets.UTF_8))
        .map(
            json ->
                json.replaceAll(
                    "(?s).*\"code\" ?: ?\"(\\w+)\".*\"status\" ?: ?\"(\\w+)\".*", "$1 $2"))
        .toList();
  }

  @Test
  void aCloneIsToldAndItsSnapshotsAreNotComparedWithTheOriginals() {
    Capture original = of("01", "old", "kexec-001-before", 1);
    Capture clone = of("02", "clone", "kexec-001-after", 10);
    send(original);
    read(TOPICS.alerts());
    send(clone);
    assertEquals(List.of(), told());
    assertEquals(1, passedOver);
    sayUnchanged(original, 11);

    assertEquals(List.of("HOST_ID_CONFLICT RAISED"), told());
    sayUnchanged(clone, 12);
    sayUnchanged(original, 13);
    assertEquals(List.of(), told());
    assertEquals(List.of(), read(TOPICS.rejects()));
  }

  @Test
  void aMachineInPlaceOfAnotherIsJudgedByItselfThoughItSaysOnlyThatNothingChanged() {
    send(of("01", "old", "kexec-001-before", 1));
    Capture clone = of("02", "clone", "kexec-001-after", 10);
    send(clone);
    List.of(TOPICS.alerts(), TOPICS.groups()).forEach(this::read);
    int before = heard;
    sayUnchanged(clone, 24);
    assertEquals(before, heard);
    sayUnchanged(clone, 25);

    assertEquals(before + 1, heard);
    assertEquals(1, read(TOPICS.groups()).size());
    assertTrue(told().stream().noneMatch(alert -> alert.startsWith("GROUP_MERGED")));
    send(of("02", "clone", "kexec-001-after", 30));
    sayUnchanged(clone, 31);
    assertEquals(0, told().stream().filter(alert -> alert.contains("SNAPSHOT_GAP")).count());
  }
}
