package io.acswatch.streams.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Asks another instance. */
final class PeerClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Made at the first request: it has threads, and a single instance has no peers. */
  private @Nullable HttpClient made;

  private synchronized HttpClient client() {
    if (made == null) {
      made =
          HttpClient.newBuilder()
              .connectTimeout(TIMEOUT)
              .followRedirects(HttpClient.Redirect.NEVER)
              .build();
    }
    return made;
  }

  /** Starts to ask; the future fails if there is no answer in time. */
  CompletableFuture<HttpResponse<byte[]>> ask(String peer, String pathAndQuery) {
    return client().sendAsync(request(peer, pathAndQuery), BodyHandlers.ofByteArray());
  }

  private static HttpRequest request(String peer, String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create("http://" + peer + pathAndQuery))
        .timeout(TIMEOUT)
        .build();
  }

  /** The answer of a peer, as it is. */
  Answer forward(String peer, String pathAndQuery) throws ApiException {
    try {
      HttpResponse<byte[]> answer =
          client().send(request(peer, pathAndQuery), BodyHandlers.ofByteArray());
      return new Answer(
          answer.statusCode(),
          answer.headers().firstValue("Content-Type").orElse(Answer.JSON),
          answer.body());
    } catch (IOException | IllegalArgumentException away) {
      throw ApiException.unavailable(
          "the instance at " + peer + ", which keeps this host, does not answer: " + away);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw ApiException.unavailable("stopped while asking the instance at " + peer);
    }
  }
}
