package io.acswatch.streams.api;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks other instances for what they keep. */
public final class PeerClient {
  /** The header by which an instance shows that it shares the secret of the others. */
  public static final String PROOF = "Authorization";

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** Made at the first request: it has threads, and a single instance has no peers. */
  private @Nullable HttpClient made;

  private final String secret;

  PeerClient(String secret) {
    this.secret = secret;
  }

  public static String proof(String secret) {
    return "Bearer " + secret;
  }

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

  /** Starts to ask; the future fails if there is no whole answer in time. */
  CompletableFuture<HttpResponse<byte[]>> ask(String peer, String pathAndQuery) {
    URI uri = URI.create("http://" + peer + pathAndQuery);
    // The timeout of a request ends with the first bytes of the answer.
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (!secret.isEmpty()) {
      request.header(PROOF, proof(secret));
    }
    return client()
        .sendAsync(request.build(), BodyHandlers.ofByteArray())
        .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  HttpAnswer forward(String peer, String pathAndQuery) throws ApiException {
    try {
      HttpResponse<byte[]> answer = ask(peer, pathAndQuery).join();
      return new HttpAnswer(
          answer.statusCode(),
          answer.headers().firstValue("Content-Type").orElse(HttpAnswer.JSON),
          answer.body());
    } catch (CompletionException | IllegalArgumentException away) {
      Throwable why = away.getCause() == null ? away : away.getCause();
      throw ApiException.unavailable(
          "the instance at " + peer + ", which keeps this host, does not answer: " + why);
    }
  }
}
