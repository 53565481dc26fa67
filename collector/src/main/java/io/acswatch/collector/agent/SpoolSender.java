package io.acswatch.collector.agent;

import io.acswatch.cli.ClockWatch;
import io.acswatch.cli.Program;
import io.acswatch.cli.UnpackedLibraries;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolArrivals;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.collector.spool.SpoolLoss;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.wire.frame.FrameReader;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sender: empties the spool into Kafka, in order and for as long as it takes, and deletes what
 * the brokers have acknowledged. After a failure it begins with a new producer, for some of a
 * producer's errors are final.
 *
 * <p>What was acknowledged but not yet deleted when the process died is sent again; it has the
 * sequence number it had, so whoever follows the host sees that it is no news.
 */
public final class SpoolSender {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolSender.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** How long the end may take once no answer of a broker is waited for any more. */
  private static final Duration LAST_WAIT = Duration.ofMillis(500);

  private final CollectorConfig config;
  private final Spool spool;
  private final Clock clock;
  private final SpoolArrivals arrivals;
  private final SenderStatus status;
  private final FrameReader frames = new FrameReader();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable FramePublisher publisher;
  private volatile @Nullable String failing;
  private boolean tidied;

  public SpoolSender(CollectorConfig config, Spool spool, Clock clock) {
    this.config = config;
    this.spool = spool;
    this.clock = clock;
    arrivals = new SpoolArrivals(spool.directory());
    status = new SenderStatus(clock);
  }

  public SenderStatus status() {
    return status;
  }

  /** Sends until {@link #stop}, then what is left if that is quick. */
  public void run() throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    Thread watch = new ClockWatch(clock::millis, System::nanoTime).watch(this::clockSetBack);
    try {
      while (stopping.getCount() > 0) {
        status.turns();
        if (!sendAll(Long.MAX_VALUE)) {
          stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
          pause = Collections.min(List.of(pause.multipliedBy(2), LONGEST_PAUSE));
          continue;
        }
        pause = FIRST_PAUSE;
        arrivals.await();
      }
      if (failing == null) { // else it would only wait for a broker that is away
        sendAll(System.nanoTime() + config.stopTimeout().toNanos());
      }
    } finally {
      discardPublisher(Duration.ofMillis(100));
      watch.interrupt();
      stopped.countDown();
    }
  }

  /** Sends what waits; false if it could not, and is to be tried again later. */
  private boolean sendAll(long deadlineNanos) throws InterruptedException {
    try {
      List<SpoolEntry> waiting = spool.entries();
      for (SpoolEntry entry : waiting) {
        if (System.nanoTime() > deadlineNanos) {
          return false;
        }
        send(entry);
      }
      return true;
    } catch (IOException failed) {
      note(Program.describe(failed));
      discardPublisher(Duration.ZERO);
      return false;
    }
  }

  private void send(SpoolEntry entry) throws IOException, InterruptedException {
    status.turns();
    SpooledFrame spooled = spool.read(entry);
    if (spooled == null) {
      return;
    }
    byte[] frame = spooled.bytes();
    if (frames.wrap(frame) != null || frames.host().isEmpty()) {
      LOG.error("{} holds no frame of a host; it is set aside", entry.path());
      spool.setAside(entry, SpoolLoss.DAMAGED);
      return;
    }
    OutgoingFrame outgoing =
        new OutgoingFrame(frames.host(), frames.sequence(), frame, spooled.signature());
    try {
      RecordMetadata sent = publisher(outgoing.host()).send(outgoing);
      status.acknowledged(frame.length);
      LOG.debug("{} is at {}", entry.path(), sent);
    } catch (SendException failed) {
      if (!failed.isPermanent()) {
        throw failed;
      }
      LOG.error("{} is set aside: {}", entry.path(), failed.getMessage());
      spool.setAside(entry, SpoolLoss.REFUSED);
      return;
    }
    spool.remove(entry);
    if (!tidied) { // what compresses is loaded now
      UnpackedLibraries.delete();
      tidied = true;
    }
    if (failing != null) {
      LOG.info("broker reached again");
      failing = null;
    }
  }

  private void note(String failure) {
    status.failed();
    if (!failure.equals(failing) && stopping.getCount() > 0) {
      LOG.warn("{}; keeps trying, what waits is kept", failure);
      failing = failure;
    }
  }

  private FramePublisher publisher(String host) throws SendException {
    FramePublisher current = publisher;
    if (current == null) {
      current = newPublisher(config, host);
      publisher = current;
    }
    return current;
  }

  /**
   * Gives up a producer that is older than a clock that was set back, and with it what it waits
   * for: it would wait as long as the clock was set back. The frame is sent again.
   */
  private void clockSetBack(Duration back) {
    FramePublisher current = publisher;
    if (current != null) {
      LOG.info("the clock was set back by {} s; sends anew", back.toSeconds());
      current.close(Duration.ZERO);
    }
  }

  private void discardPublisher(Duration timeout) {
    FramePublisher current = publisher;
    if (current != null) {
      current.close(timeout);
      publisher = null;
    }
  }

  static FramePublisher newPublisher(CollectorConfig config, String host) throws SendException {
    return new FramePublisher(
        KafkaClients.producer(
            config.bootstrapServers(),
            "acswatch-collect-" + host,
            config.sendTimeout(),
            config.kafka()),
        config.topics());
  }

  /** Lets {@link #run} return; comes back when it has, or after the stop timeout. */
  public void stop() throws InterruptedException {
    stopping.countDown();
    arrivals.close();
    FramePublisher current = publisher;
    if (failing != null && current != null) {
      current.close(Duration.ZERO); // what is under way would only wait for a broker that is away
    }
    if (!stopped.await(config.stopTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
      FramePublisher slow = publisher;
      if (slow != null) {
        slow.close(Duration.ZERO);
      }
      stopped.await(LAST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
