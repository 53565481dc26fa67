package io.acswatch.collector.agent;

import io.acswatch.collector.publish.FramePublisher;
import io.acswatch.collector.publish.OutgoingFrame;
import io.acswatch.collector.publish.ProducerSettings;
import io.acswatch.collector.publish.SendException;
import io.acswatch.collector.publish.SentFrame;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the outbox into Kafka, in order and for as long as it takes. After a failure it begins
 * with a new producer, for some of a producer's errors are final. A frame that times out may arrive
 * twice; a snapshot that comes twice says nothing new.
 */
final class FrameSender implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(FrameSender.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final CollectorConfig config;
  private final Outbox outbox;
  private @Nullable FramePublisher publisher;
  private @Nullable String failing;

  FrameSender(CollectorConfig config, Outbox outbox) {
    this.config = config;
    this.outbox = outbox;
  }

  @Override
  public void run() {
    Duration pause = FIRST_PAUSE;
    try {
      OutgoingFrame frame = outbox.awaitFirst();
      while (frame != null) {
        if (sent(frame)) {
          outbox.remove(frame);
          pause = FIRST_PAUSE;
        } else {
          Thread.sleep(pause.toMillis());
          pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
        }
        frame = outbox.awaitFirst();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      discardPublisher(Duration.ofMillis(100));
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** True if the frame need not be tried again. */
  private boolean sent(OutgoingFrame frame) throws InterruptedException {
    try {
      FramePublisher current = publisher == null ? newPublisher(config, frame.host()) : publisher;
      publisher = current;
      SentFrame sent = current.send(frame);
      if (failing != null) {
        LOG.info("broker reached again, {} snapshots waiting", outbox.size() - 1);
        failing = null;
      }
      LOG.debug("snapshot {} of {} is at {}", frame.sequence(), frame.host(), sent);
      return true;
    } catch (SendException failed) {
      if (failed.isPermanent()) {
        LOG.error("snapshot {} is given up: {}", frame.sequence(), failed.getMessage());
        return true;
      }
      if (!String.valueOf(failed.getMessage()).equals(failing)) {
        LOG.warn("{}; keeps trying, {} snapshots waiting", failed.getMessage(), outbox.size());
        failing = failed.getMessage();
      }
      discardPublisher(Duration.ZERO);
      return false;
    }
  }

  private void discardPublisher(Duration timeout) {
    if (publisher != null) {
      publisher.close(timeout);
      publisher = null;
    }
  }

  /** A publisher for one host with these settings. */
  static FramePublisher newPublisher(CollectorConfig config, String host) throws SendException {
    return new FramePublisher(
        ProducerSettings.of(
            config.bootstrapServers(),
            "acswatch-collect-" + host,
            config.sendTimeout(),
            config.producer()),
        config.topics());
  }
}
