package io.acswatch.cli;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The JDK's HTTP server with limits. A request that is not sent whole in time loses its connection,
 * and so does an answer that nobody takes. Each request has a thread from its first byte on, so the
 * number of threads is the number of slow clients that keep nobody else waiting. Connections beyond
 * that are closed.
 */
public final class BoundedHttpServer implements AutoCloseable {
  private static final int REQUEST_SECONDS = 5;
  private static final int ANSWER_SECONDS = 30;
  private static final int IDLE_SECONDS = 10;

  /** Enough for a long query, and too little to fill the heap. */
  private static final int HEADER_BYTES = 32 << 10;

  private final HttpServer server;
  private final ExecutorService threads;

  static {
    // Read by the JDK's server when it is first used.
    limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    limit("sun.net.httpserver.maxRspTime", ANSWER_SECONDS);
    limit("sun.net.httpserver.idleInterval", IDLE_SECONDS);
    limit("sun.net.httpserver.maxReqHeaderSize", HEADER_BYTES);
  }

  /**
   * Takes the port; answers after {@link #start}.
   *
   * @throws CommandFailure if the port is in use or the host is not this one
   */
  public BoundedHttpServer(HttpAddress address, int most, String name, HttpHandler handler) {
    InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
    if (socket.isUnresolved()) {
      throw new CommandFailure("cannot listen on " + address + ": no such host");
    }
    try {
      server = HttpServer.create(socket, 0);
    } catch (IOException inUse) {
      throw new CommandFailure(
          "cannot listen on " + address + ": " + CommandFailure.firstLine(inUse), inUse);
    }
    threads =
        new ThreadPoolExecutor(
            0,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            DaemonThread.named(name));
    server.setExecutor(threads);
    server.createContext("/", handler);
  }

  private static void limit(String property, int value) {
    System.setProperty(property, System.getProperty(property, Integer.toString(value)));
  }

  public void start() {
    server.start();
  }

  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Stops listening; what is being answered may be cut short. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
