package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.streams.Frames;
import io.acswatch.streams.state.ReadFrames;
import io.acswatch.streams.topology.DeletedFrames.Gap;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frames have the offsets 0, 1, 2 and so on here; a gap is noted as if some had been deleted. */
class FramePositionTest {
  private static final TopicNames TOPICS = TopicNames.DEFAULT;
  private static final long MINUTE = 60_000;

  private final DeletedFrames deleted = new DeletedFrames();
  private final List<Long> told = new ArrayList<>();
  @TempDir private Path directory;
  private TopologyTestDriver driver;
  private long time = Frames.TAKEN_AT;

  @BeforeEach
  void start() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "position");
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
                  public void deleted(int partition, long frames, long upTo, long foundMillis) {
                    told.add(frames);
                  }
                },
                deleted),
            settings,
            Instant.ofEpochMilli(time));
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  /** Of any frame, also of one that goes to the rejects. */
  private void send(int frames) {
    for (int i = 0; i < frames; i++) {
      driver
          .createInputTopic(TOPICS.frames(), new ByteArraySerializer(), new ByteArraySerializer())
          .pipeInput("h".getBytes(StandardCharsets.UTF_8), new byte[1], time);
    }
  }

  private ReadFrames read() {
    KeyValueStore<String, byte[]> store = driver.getKeyValueStore(Nodes.HOST_STATE);
    return ReadFrames.unpack(store.get(ReadFrames.KEY));
  }

  @Test
  void thePositionIsStoredOnceAMinute() {
    send(5);
    assertEquals(1, read().next());
    time += MINUTE - 1;
    send(1);
    assertEquals(1, read().next());
    time += 1;
    send(1);
    assertEquals(7, read().next());
  }

  @Test
  void whatWasDeletedIsCountedWithTheFirstFrameBehindIt() {
    send(3);
    deleted.note(0, new Gap(4, 9));
    send(6);
    assertEquals(List.of(0L), told, "what was read before the gap comes first");
    send(1);
    assertEquals(List.of(0L, 5L), told);
    assertEquals(5, read().deleted());
    send(1);
    deleted.note(0, new Gap(10, 12));
    send(3);
    assertEquals(List.of(0L, 5L, 7L), told);
    assertEquals(7, read().deleted());
  }

  @Test
  void aClockThatWasSetAheadForgetsNothing() {
    Duration hours = Duration.ofHours(2);
    deleted.note(0, new Gap(1, 2));
    send(3);
    driver.advanceWallClockTime(hours);
    deleted.note(0, new Gap(3, 4));
    send(2);
    assertEquals(List.of(0L, 1L, 2L), told);

    time += hours.toMillis() * 2;
    driver.advanceWallClockTime(hours);
    deleted.note(0, new Gap(5, 6));
    send(2);
    assertEquals(List.of(0L, 1L, 2L, 1L), told, "those before are told no more");
  }

  /** Brokers forget the position of a group that is away for long. */
  @Test
  void theStoredPositionCountsWhereTheGroupHasNone() {
    send(2);
    time += MINUTE;
    send(1);
    deleted.note(0, new Gap(Gap.UNKNOWN, 6));
    send(4);
    assertEquals(List.of(0L, 3L), told);
  }
}
