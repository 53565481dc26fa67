package io.acswatch.standalone;

import java.nio.file.Path;
import java.util.Map;

/**
 * A broker as a process of its own, which can be killed and started again on the same log: {@code
 * DIRECTORY PORT GUEST_PORT CONTROLLER_PORT}. Clients in a guest of QEMU reach it at {@link #HOST}.
 */
final class GuestBroker {
  /** The machine outside, as a guest on QEMU's user network sees it. */
  static final String HOST = "10.0.2.2";

  private GuestBroker() {}

  public static void main(String[] arguments) throws Exception {
    int clients = Integer.parseInt(arguments[1]);
    String here = "PLAINTEXT://127.0.0.1:" + clients;
    String controller = "127.0.0.1:" + arguments[3];
    EmbeddedBroker broker =
        EmbeddedBroker.start(
            Path.of(arguments[0]),
            clients,
            Map.of(
                "listeners",
                here + ",GUEST://127.0.0.1:" + arguments[2] + ",CONTROLLER://" + controller,
                "advertised.listeners",
                here + ",GUEST://" + HOST + ":" + arguments[2],
                "controller.quorum.voters",
                "1@" + controller,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,GUEST:PLAINTEXT,CONTROLLER:PLAINTEXT"));
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
    Thread.currentThread().join();
  }
}
