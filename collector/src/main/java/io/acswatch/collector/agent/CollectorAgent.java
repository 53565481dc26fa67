package io.acswatch.collector.agent;

import io.acswatch.collector.publish.FramePublisher;
import io.acswatch.collector.publish.OutgoingFrame;
import io.acswatch.collector.publish.SendException;
import io.acswatch.collector.publish.SentFrame;
import io.acswatch.collector.source.HostReader;
import io.acswatch.pci.capture.Capture;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent: looks at the host in the thread that calls {@link #run}, and sends in another one, so
 * that no broker delays the next look. Runs once, until {@link #stop}.
 */
public final class CollectorAgent {
  private static final Logger LOG = LoggerFactory.getLogger(CollectorAgent.class);

  private final CollectorConfig config;
  private final HostWatcher watcher;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * An agent for one host.
   *
   * @throws IOException if the host has no name and no id is configured
   */
  public CollectorAgent(CollectorConfig config, HostReader reader) throws IOException {
    this.config = config;
    watcher = new HostWatcher(config, reader);
    if (watcher.host().isEmpty()) {
      throw new IOException("the host has no name; set --host-id or " + CollectorConfig.HOST_ID);
    }
  }

  /** Id of the host as it stands in all records. */
  public String host() {
    return watcher.host();
  }

  /**
   * Takes one snapshot and sends it.
   *
   * @throws SendException if that does not succeed within the send timeout
   */
  public SentFrame sendOnce() throws IOException, InterruptedException {
    OutgoingFrame frame = OutgoingFrame.of(watcher.snapshotNow());
    try (FramePublisher publisher = FrameSender.newPublisher(config, host())) {
      return publisher.send(frame);
    }
  }

  /**
   * Watches and sends until {@link #stop}. What goes wrong on the way is logged and tried again.
   *
   * @throws IOException if the very first look fails: wrong root, no PCI bus
   */
  public void run() throws IOException, InterruptedException {
    Outbox outbox = new Outbox(config.outboxBytes());
    Thread sender = new Thread(new FrameSender(config, outbox), "acswatch-sender");
    sender.setDaemon(true);
    try {
      look(outbox, true);
      sender.start();
      while (!stopping.await(config.glanceInterval().toMillis(), TimeUnit.MILLISECONDS)) {
        look(outbox, false);
      }
      outbox.close();
      sender.join(Math.max(1, config.stopTimeout().toMillis()));
      if (outbox.size() > 0) {
        LOG.warn("stopped with {} snapshots not sent", outbox.size());
      }
    } finally {
      sender.interrupt();
      stopped.countDown();
    }
  }

  private void look(Outbox outbox, boolean first) throws IOException {
    try {
      Capture capture = watcher.tick(System.nanoTime());
      if (capture == null) {
        return;
      }
      int dropped = outbox.add(OutgoingFrame.of(capture));
      if (dropped > 0) {
        LOG.warn("{} old snapshots dropped: {} bytes wait for the broker", dropped, outbox.bytes());
      }
    } catch (IOException failed) {
      if (first) {
        throw failed;
      }
      LOG.warn("no snapshot: {}", failed.toString());
    }
  }

  /** Lets {@link #run} send what is left and return; returns when it has, or after the deadline. */
  public void stop() throws InterruptedException {
    stopping.countDown();
    // A little more than run() gives the sender, so that it can say what was left.
    stopped.await(config.stopTimeout().toMillis() + 2_000, TimeUnit.MILLISECONDS);
  }
}
