package io.acswatch.streams.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerClientTest {
  /** A peer that is stopped or cut off takes the connection all the same: its kernel does. */
  @ParameterizedTest
  @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"})
  void aPeerThatHangsIsGivenUp(String said) throws Exception {
    try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      CompletableFuture<?> answer =
          new PeerClient("").ask("127.0.0.1:" + peer.getLocalPort(), "/peer/v1/hosts");
      try (Socket asked = peer.accept()) {
        asked.getOutputStream().write(said.getBytes(US_ASCII));
        ExecutionException failed =
            assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));

        assertInstanceOf(TimeoutException.class, failed.getCause());
      }
    }
  }
}
