package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.LargeHosts;
import io.acswatch.streams.state.UnknownStateVersionException;
import io.acswatch.wire.InputException;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsolationTopologyTest {
  private static final String HOST = "rack7-host12";
  private static final TopicNames TOPICS = TopicNames.DEFAULT;
  private static final long AT = Frames.TAKEN_AT + 60_000;

  @TempDir Path stateDirectory;
  private TopologyTestDriver driver;

  @BeforeEach
  void start() {
    start(Judgement::apply);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void start(BiFunction<HostState, Snapshot, Judged> judge) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    driver =
        new TopologyTestDriver(
            IsolationTopology.build(
                TOPICS,
                AlertLinks.DEFAULT,
                TopologyObserver.NONE,
                HostObserver.NONE,
                new DeletedFrames(),
                judge),
            settings);
  }

  @Test
  void raisesACriticalAlertWhereTwoVmsMerge() throws InputException {
    send(HOST, Frames.frame("kexec-001-before", HOST, 1), AT);
    assertEquals(List.of(), read(TOPICS.alerts()));
    send(HOST, Frames.frame("kexec-001-after", HOST, 1), AT + 5_000);

    List<TestRecord<byte[], byte[]>> history = read(TOPICS.alerts());
    TestRecord<byte[], byte[]> first = history.get(0);
    IsolationAlert alert = AlertJson.read(first.value());
    assertEquals(HOST, utf8(first.key()));
    assertEquals(AT + 5_000, first.timestamp());
    assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, alert.code());
    assertEquals(Severity.CRITICAL, alert.severity());
    assertEquals(AlertStatus.RAISED, alert.status());
    assertEquals(List.of("vm5", "vm6", "vm7", "vm8"), alert.vms());
    assertEquals("0000:00:03.0", alert.cause().register().port().toString());
    assertEquals(List.of("RR", "CR"), alert.cause().register().bitNames());

    Map<String, byte[]> state = latest(TOPICS.alertState());
    assertEquals(history.size(), state.size());
    assertArrayEquals(first.value(), state.get(alert.fingerprint()));
    assertEquals(List.of(), read(TOPICS.rejects()));
  }

  @Test
  void saysNothingWhereNothingMerged() {
    send(HOST, Frames.frame("kexec-000-before", HOST, 1), AT);
    send(HOST, Frames.frame("kexec-000-after", HOST, 1), AT + 1);

    assertEquals(List.of(), read(TOPICS.alerts()));
    assertEquals(List.of(), read(TOPICS.alertState()));
  }

  @Test
  void saysNothingTheSecondTime() {
    send(HOST, Frames.frame("kexec-001-before", HOST, 1), AT);
    send(HOST, Frames.frame("kexec-001-after", HOST, 1), AT + 1);
    assertTrue(read(TOPICS.alerts()).size() > 0);
    byte[] state = store().get(HOST);
    read(TOPICS.alertState());
    read(TOPICS.groups());

    send(HOST, Frames.frame("kexec-001-after", HOST, 1), AT + 2);
    send(HOST, Frames.frame("kexec-001-after", HOST, 2), AT + 3);
    send(HOST, Frames.frame("kexec-001-before", HOST, 9), AT + 4);

    assertEquals(List.of(), read(TOPICS.alerts()));
    assertEquals(List.of(), read(TOPICS.alertState()));
    assertEquals(List.of(), read(TOPICS.groups()));
    assertArrayEquals(state, store().get(HOST));
  }

  @Test
  void resolvesWhatHealedAndDeletesItFromTheState() throws InputException {
    send(HOST, Frames.frame("kexec-002-before", HOST, 1), AT);
    send(HOST, Frames.frame("kexec-002-after", HOST, 1), AT + 1);
    String fingerprint = AlertJson.read(read(TOPICS.alerts()).get(0).value()).fingerprint();
    read(TOPICS.alertState());

    var healed = Frames.inBoot("boot-3", Frames.capture("kexec-002-before", HOST, 1));
    send(HOST, FrameWriter.write(healed), AT + 2);

    List<IsolationAlert> resolved = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record : read(TOPICS.alerts())) {
      IsolationAlert alert = AlertJson.read(record.value());
      if (alert.fingerprint().equals(fingerprint)) {
        resolved.add(alert);
      }
    }
    assertEquals(1, resolved.size());
    assertEquals(AlertStatus.RESOLVED, resolved.get(0).status());
    Map<String, byte[]> state = latest(TOPICS.alertState());
    assertTrue(state.containsKey(fingerprint));
    assertNull(state.get(fingerprint));
  }

  @Test
  void tellsTheGroupsOnlyWhenTheyChange() {
    send(HOST, Frames.frame("kexec-000-before", HOST, 1), AT);
    send(HOST, Frames.frame("kexec-000-before", HOST, 2), AT + 1);
    send(HOST, Frames.frame("kexec-000-after", HOST, 1), AT + 2);

    List<TestRecord<byte[], byte[]>> groups = read(TOPICS.groups());
    assertEquals(2, groups.size());
    assertEquals(HOST, utf8(groups.get(0).key()));
    String json = utf8(groups.get(0).value());
    assertTrue(
        json.startsWith(
            "{\"host\":\"rack7-host12\",\"boot_id\":\"4a5c1dad-8445-4bd0-b36b-a075a394b101\","
                + "\"kernel_release\":\"6.1.0-56-cloud-amd64\",\"model\":\"legacy-early-acs\","
                + "\"taken_at\":\"2026-01-01T00:00:00.001Z\",\"groups\":[{\"number\":0,"
                + "\"type\":\"DMA-FQ\",\"members\":[{\"address\":\"0000:00:00.0\","
                + "\"path\":\"pci0000:00/00.0\",\"class\":393216,\"driver\":null,\"owner\":null}]}"),
        json);
  }

  @Test
  void keepsHostsApart() {
    send("a", Frames.frame("kexec-001-before", "a", 1), AT);
    send("b", Frames.frame("kexec-001-after", "b", 1), AT + 1);

    // Of b the kernel before its kexec was never seen, so nothing came together: it is not a's.
    List<String> alerts =
        read(TOPICS.alerts()).stream().map(record -> utf8(record.value())).toList();
    assertTrue(alerts.get(0).contains("\"CROSS_VM_SHARED_GROUP\""), alerts::toString);
    assertTrue(alerts.get(1).contains("\"SNAPSHOT_GAP\""), alerts::toString);
    assertTrue(alerts.stream().allMatch(json -> json.contains("\"host\":\"b\"")));
    assertEquals(2, alerts.size());
  }

  @Test
  void rejectsRandomBytesWholeAndGoesOn() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] noise = new byte[5_000];
    random.nextBytes(noise);
    var headers = new RecordHeaders();
    headers.add("traceparent", "00-1".getBytes(StandardCharsets.UTF_8));
    headers.add(Rejects.REASON, "made up".getBytes(StandardCharsets.UTF_8));
    byte[] key = {(byte) 0xFF, 0, (byte) 0xC3};
    frames().pipeInput(new TestRecord<>(key, noise, headers, AT));
    send(HOST, Frames.frame("kexec-001-before", HOST, 1), AT + 1);
    send(HOST, Frames.frame("kexec-001-after", HOST, 1), AT + 2);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(key, reject.key());
    assertArrayEquals(noise, reject.value());
    assertEquals(AT, reject.timestamp());
    assertEquals(
        Map.of(
            "traceparent",
            "00-1",
            Rejects.REASON,
            "bad_magic",
            Rejects.OFFSET,
            "0",
            Rejects.DETAIL,
            headers(reject).get(Rejects.DETAIL),
            Rejects.TOPIC,
            "acswatch.frames",
            Rejects.PARTITION,
            "0",
            Rejects.RECORD_OFFSET,
            "0",
            Rejects.TIMESTAMP,
            Long.toString(AT)),
        headers(reject));
    assertTrue(read(TOPICS.alerts()).size() > 0);
  }

  /** A frame of type 2, as collectors wrote it before the first release. */
  @Test
  void rejectsADeltaWhole() {
    byte[] delta = Frames.frame("kexec-001-before", "host-1", 2);
    delta[FrameType.OFFSET] = 2;
    send("host-1", delta, AT);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(delta, reject.value());
    assertEquals("unknown_type", headers(reject).get(Rejects.REASON));
    assertEquals("6", headers(reject).get(Rejects.OFFSET));
  }

  @Test
  void rejectsAFrameCutShortAnywhere() {
    byte[] frame = Frames.frame("kexec-000-before", HOST, 1);
    for (int length = 0; length < frame.length; length += 97) {
      byte[] cut = Arrays.copyOf(frame, length);
      send(HOST, cut, AT + length);
      assertArrayEquals(cut, onlyReject().value());
    }
    assertNull(store().get(HOST));
  }

  @Test
  void rejectsAFrameOfAnotherHost() {
    byte[] frame = Frames.frame("kexec-000-before", "other", 1);
    send(HOST, frame, AT);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(frame, reject.value());
    assertEquals("host_mismatch", headers(reject).get(Rejects.REASON));
    assertEquals("-1", headers(reject).get(Rejects.OFFSET));
    assertEquals(
        "key=\"rack7-host12\", but the frame is of host \"other\"",
        headers(reject).get(Rejects.DETAIL));
    assertNull(store().get("other"));
    assertNull(store().get(HOST));
  }

  @Test
  void takesSignsOfLifeAndJudgesNothing() {
    send(HOST, FrameWriter.write(heartbeat(HOST)), AT);
    assertTrue(read(TOPICS.rejects()).isEmpty());
    assertTrue(read(TOPICS.alerts()).isEmpty());
    assertNull(store().get(HOST));
  }

  @Test
  void rejectsASignOfLifeOfAnotherHost() {
    byte[] frame = FrameWriter.write(heartbeat("other"));
    send(HOST, frame, AT);
    assertArrayEquals(frame, onlyReject().value());
  }

  private static Heartbeat heartbeat(String host) {
    Boot boot = new Boot("boot-1", "6.12.0", "#1", "quiet", Boot.UNKNOWN_LOADER, 0);
    return new Heartbeat(host, boot, AT, 2, 1, false, "0.1.0", 0, 0, 0, List.of());
  }

  @Test
  void rejectsAFrameThatNamesNoHost() {
    send("", Frames.frame("kexec-000-before", "", 1), AT);

    assertEquals("host_mismatch", headers(onlyReject()).get(Rejects.REASON));
  }

  @Test
  void rejectsRecordsWithoutKeyOrValue() {
    frames().pipeInput(new TestRecord<>(null, Frames.frame("kexec-000-before", HOST, 1)));
    TestRecord<byte[], byte[]> keyless = onlyReject();
    assertEquals("null_key", headers(keyless).get(Rejects.REASON));
    assertNull(keyless.key());

    send(HOST, null, AT);
    TestRecord<byte[], byte[]> empty = onlyReject();
    assertEquals("null_value", headers(empty).get(Rejects.REASON));
    assertNull(empty.value());
    assertEquals(HOST, utf8(empty.key()));
  }

  @Test
  void rejectsWhatItFailsToJudgeAndLeavesTheStateAlone() {
    driver.close();
    start(
        (state, snapshot) -> {
          if (snapshot.sequence() == 13) {
            throw new IllegalStateException("thirteen\nand more");
          }
          return Judgement.apply(state, snapshot);
        });
    send(HOST, Frames.frame("kexec-001-before", HOST, 1), AT);
    byte[] state = store().get(HOST);
    byte[] fatal = Frames.frame("kexec-001-after", HOST, 13);
    send(HOST, fatal, AT + 1);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(fatal, reject.value());
    assertEquals(HOST, utf8(reject.key()));
    assertEquals("judgement_failed", headers(reject).get(Rejects.REASON));
    assertEquals("IllegalStateException: thirteen", headers(reject).get(Rejects.DETAIL));
    assertArrayEquals(state, store().get(HOST));
    assertEquals(List.of(), read(TOPICS.alerts()));

    send(HOST, Frames.frame("kexec-001-after", HOST, 14), AT + 2);
    assertTrue(read(TOPICS.alerts()).size() > 0);
  }

  @Test
  void keepsTheBeginningOfARecordThatNoProducerWouldSendOn() {
    byte[] unpacked = new byte[Nodes.MAX_RECORD_BYTES + 5];
    Arrays.fill(unpacked, (byte) 7);
    byte[] key = new byte[Rejects.MAX_SIDE_BYTES + 1];
    RecordHeaders headers = new RecordHeaders();
    headers.add("large", new byte[Rejects.MAX_SIDE_BYTES]);
    headers.add(Rejects.CUT, new byte[0]);
    frames().pipeInput(new TestRecord<>(key, unpacked, headers, AT));

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(Arrays.copyOf(unpacked, unpacked.length - 5), reject.value());
    assertArrayEquals(Arrays.copyOf(key, key.length - 1), reject.key());
    assertNull(reject.headers().lastHeader("large"));
    assertEquals("key=262145 value=16777221 headers=262181", headers(reject).get(Rejects.CUT));
  }

  @Test
  void rejectsAFrameAfterWhichTheStateWouldNotFitIntoARecord() {
    driver.close();
    start(
        (state, snapshot) -> {
          Judged judged = Judgement.apply(state, snapshot);
          if (snapshot.sequence() != 13) {
            return judged;
          }
          IsolationAlert alert = judged.alerts().get(0);
          return new Judged(
              new HostState(
                  judged.state().baseline(),
                  judged.state().current(),
                  judged.state().revision(),
                  Collections.nCopies(100_000, alert)),
              judged.alerts());
        });
    send(HOST, Frames.frame("kexec-001-before", HOST, 1), AT);
    byte[] state = store().get(HOST);
    byte[] swelling = Frames.frame("kexec-001-after", HOST, 13);
    send(HOST, swelling, AT + 1);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(swelling, reject.value());
    assertEquals("too_large", headers(reject).get(Rejects.REASON));
    assertArrayEquals(state, store().get(HOST));
    assertEquals(List.of(), read(TOPICS.alerts()));
  }

  /** Names are in a frame once; an alert has them with each device. */
  @Test
  void rejectsAFrameWhoseAlertWouldNotFitBeforeTheMemoryForItIsUsed() {
    driver.close();
    start(
        (state, snapshot) -> {
          Judged judged = Judgement.apply(state, snapshot);
          if (snapshot.sequence() != 13) {
            return judged;
          }
          IsolationAlert alert = judged.alerts().get(0);
          AlertDevice first = alert.devices().get(0);
          AlertDevice device =
              new AlertDevice(
                  first.address(),
                  first.addressBefore(),
                  first.path(),
                  "vm".repeat(500),
                  first.driver(),
                  first.groupBefore(),
                  first.groupAfter());
          List<AlertDevice> devices = Collections.nCopies(100_000, device);
          IsolationAlert large = with(alert, devices);
          return new Judged(
              new HostState(null, judged.state().current(), 1, List.of(large)), List.of(large));
        });
    send(HOST, Frames.frame("kexec-001-before", HOST, 1), AT);
    byte[] frame = Frames.frame("kexec-001-after", HOST, 13);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    send(HOST, frame, AT + 1);
    long used = threads.getCurrentThreadAllocatedBytes() - before;

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(frame, reject.value());
    assertEquals("too_large", headers(reject).get(Rejects.REASON));
    assertEquals("more than 16777216 bytes of JSON", headers(reject).get(Rejects.DETAIL));
    assertTrue(used < 128 << 20, "used " + used);
  }

  /** Each alert has the command line twice. A frame of 1 MB led to 260 MB of alerts. */
  @Test
  void rejectsAFrameWhoseAlertsTogetherTakeTooMuchMemory() {
    driver.close();
    start(
        (state, snapshot) -> {
          Judged judged = Judgement.apply(state, snapshot);
          return snapshot.sequence() == 13
              ? new Judged(judged.state(), Collections.nCopies(20_000, judged.alerts().get(0)))
              : judged;
        });
    send(HOST, Frames.frame("kexec-001-before", HOST, 1), AT);
    read(TOPICS.groups());
    byte[] state = store().get(HOST);
    Capture[] named = LargeHosts.named(HOST, name -> name);
    Boot boot = named[1].boot();
    byte[] frame =
        FrameWriter.write(
            new Capture(
                HOST,
                "",
                new Boot(boot.id(), "6.1", "", "c".repeat(65_000), Boot.KEXEC_LOADER, 0),
                AT,
                13,
                false,
                named[1].scanOrder(),
                named[1].functions(),
                named[1].owners(),
                List.of()));
    send(HOST, frame, AT + 1);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertArrayEquals(frame, reject.value());
    assertEquals("too_large", headers(reject).get(Rejects.REASON));
    assertTrue(headers(reject).get(Rejects.DETAIL).startsWith("its alerts would have "));
    assertEquals(List.of(), read(TOPICS.alerts()));
    assertArrayEquals(state, store().get(HOST));
  }

  @Test
  void rejectsAFrameForWhichTheHeapIsTooSmall() {
    driver.close();
    start(
        (state, snapshot) -> {
          if (snapshot.sequence() == 13) {
            throw new OutOfMemoryError("Java heap space");
          }
          return Judgement.apply(state, snapshot);
        });
    send(HOST, Frames.frame("kexec-001-before", HOST, 13), AT);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertEquals("judgement_failed", headers(reject).get(Rejects.REASON));
    assertEquals("OutOfMemoryError: Java heap space", headers(reject).get(Rejects.DETAIL));
  }

  private static IsolationAlert with(IsolationAlert alert, List<AlertDevice> devices) {
    return new IsolationAlert(
        alert.fingerprint(),
        alert.revision(),
        alert.code(),
        alert.severity(),
        alert.status(),
        alert.host(),
        alert.interval(),
        alert.raisedAtMillis(),
        devices,
        alert.vms(),
        alert.cause(),
        alert.headline(),
        alert.nextStep(),
        alert.evidence());
  }

  /** Its alerts would name the host in the key, in a header and in the value. */
  @Test
  void rejectsAFrameWhoseHostIdIsTooLong() {
    String host = "h".repeat(9 << 20);
    byte[] frame = Frames.frame("kexec-001-before", host, 1);
    send(host, frame, AT);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertEquals("bad_length", headers(reject).get(Rejects.REASON));
    assertEquals("key=9437184", headers(reject).get(Rejects.CUT));
    assertEquals(Rejects.MAX_SIDE_BYTES, reject.key().length);
    assertArrayEquals(frame, reject.value());
    assertNull(store().get(host));

    String longest = "h".repeat(253);
    send(longest, Frames.frame("kexec-001-before", longest, 1), AT);
    assertEquals(List.of(), read(TOPICS.rejects()));
    assertTrue(store().get(longest) != null);
    String longer = longest + "h";
    send(longer, Frames.frame("kexec-001-before", longer, 1), AT);
    assertEquals("bad_length", headers(onlyReject()).get(Rejects.REASON));
  }

  /** It would be in each alert, and in what is passed on under the cause of each. */
  @Test
  void rejectsAFrameWithAKernelReleaseOfAMegabyte() {
    Capture capture = Frames.capture("kexec-001-after", HOST, 1);
    Boot boot = new Boot(capture.boot().id(), "6".repeat(1 << 20), "", "", Boot.KEXEC_LOADER, 0);
    byte[] frame =
        FrameWriter.write(
            new Capture(
                HOST,
                "",
                boot,
                AT,
                1,
                false,
                capture.scanOrder(),
                capture.functions(),
                capture.owners(),
                capture.notes()));
    send(HOST, frame, AT);

    TestRecord<byte[], byte[]> reject = onlyReject();
    assertEquals("bad_length", headers(reject).get(Rejects.REASON));
    assertArrayEquals(frame, reject.value());
    assertNull(store().get(HOST));
  }

  @Test
  void rejectsAFrameWhoseHostHasADamagedState() {
    store().put(HOST, new byte[] {2, 2, 3});
    send(HOST, Frames.frame("kexec-001-after", HOST, 1), AT);

    assertEquals("judgement_failed", headers(onlyReject()).get(Rejects.REASON));
    assertArrayEquals(new byte[] {2, 2, 3}, store().get(HOST));
  }

  @Test
  void stopsRatherThanForgettingWhatALaterVersionKnew() {
    store().put(HOST, new byte[] {'H', 'S', 9, 0});

    Throwable failure =
        assertThrows(
            RuntimeException.class, () -> send(HOST, Frames.frame("kexec-001-after", HOST, 1), AT));
    while (failure.getCause() != null) {
      failure = failure.getCause();
    }
    assertEquals(UnknownStateVersionException.class, failure.getClass());
    assertEquals(List.of(), read(TOPICS.rejects()));
  }

  @Test
  void goesOnFromThePackedStateOfAnEarlierRun() throws InputException {
    send(HOST, Frames.frame("kexec-002-before", HOST, 1), AT);
    byte[] state = store().get(HOST);
    driver.close();
    start();
    store().put(HOST, state);
    send(HOST, Frames.frame("kexec-002-after", HOST, 1), AT + 1);

    IsolationAlert alert = AlertJson.read(read(TOPICS.alerts()).get(0).value());
    assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, alert.code());
    assertEquals(List.of("vm2", "vm3"), alert.vms());
  }

  @Test
  void takesRecordsWithoutATimestamp() {
    var record = new ConsumerRecord<Object, Object>("t", 0, 0, "k", "v");

    assertEquals(0, new FrameTime().extract(record, -1));
    assertEquals(AT, new FrameTime().extract(record, AT));
  }

  private TestInputTopic<byte[], byte[]> frames() {
    return driver.createInputTopic(
        TOPICS.frames(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void send(String key, byte[] value, long at) {
    frames().pipeInput(key.getBytes(StandardCharsets.UTF_8), value, at);
  }

  private List<TestRecord<byte[], byte[]>> read(String topic) {
    TestOutputTopic<byte[], byte[]> output =
        driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    return output.readRecordsToList();
  }

  private Map<String, byte[]> latest(String topic) {
    Map<String, byte[]> latest = new HashMap<>();
    read(topic).forEach(record -> latest.put(utf8(record.key()), record.value()));
    return latest;
  }

  private TestRecord<byte[], byte[]> onlyReject() {
    List<TestRecord<byte[], byte[]>> rejects = read(TOPICS.rejects());
    assertEquals(1, rejects.size());
    return rejects.get(0);
  }

  private KeyValueStore<String, byte[]> store() {
    return driver.getKeyValueStore(Nodes.HOST_STATE);
  }

  private static Map<String, String> headers(TestRecord<byte[], byte[]> record) {
    Map<String, String> headers = new HashMap<>();
    for (Header header : record.headers()) {
      assertNull(headers.put(header.key(), utf8(header.value())), header.key() + " twice");
    }
    return headers;
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
