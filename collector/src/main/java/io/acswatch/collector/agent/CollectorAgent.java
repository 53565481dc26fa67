package io.acswatch.collector.agent;

import io.acswatch.cli.DaemonThread;
import io.acswatch.cli.StateDirectory;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Reader and sender in one process, for containers and labs: the same two over the same spool, in
 * two threads, so that no broker delays the next look. Runs once, until {@link #stop}. What could
 * not be sent stays in the spool, and is sent at the next start.
 */
public final class CollectorAgent {
  private final Path directory;
  private final Spool spool;
  private final SpoolingReader reader;
  private final SpoolSender sender;

  /**
   * An agent for one host.
   *
   * @throws IOException if the host has no name and no id is configured, or there is no place for
   *     the spool
   */
  public CollectorAgent(CollectorConfig config) throws IOException {
    Path named = config.spool();
    directory = named == null ? StateDirectory.of("spool", System.getenv()) : named;
    spool = Spool.open(directory, config.spoolLimits());
    reader = new SpoolingReader(config, spool, Clock.systemUTC());
    sender = new SpoolSender(config, spool, Clock.systemUTC());
  }

  public String host() {
    return reader.host();
  }

  public Path spool() {
    return directory;
  }

  /**
   * Watches and sends until {@link #stop}. What goes wrong on the way is logged and tried again.
   *
   * @return how many frames stay in the spool
   * @throws IOException if the very first look fails: wrong root, no PCI bus; or another agent
   *     works on the spool
   */
  @SuppressWarnings("try") // the locks are held, and nothing more
  public int run() throws IOException, InterruptedException {
    try (SpoolLock reading = spool.lock("reader");
        SpoolLock sending = spool.lock("sender")) {
      Thread thread = DaemonThread.start("acswatch-sender", this::send);
      try {
        reader.run();
      } finally {
        sender.stop();
      }
      return spool.entries().size();
    }
  }

  private void send() {
    try {
      sender.run();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets {@link #run} send what is left and return; returns when it has, or after the deadline. */
  public void stop() throws InterruptedException {
    reader.stop();
    sender.stop();
  }
}
