package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.cli.DaemonThread;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.json.ExplanationJson;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.json.SnapshotJson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What is known of one host that this instance keeps: its snapshots, alerts and explanations. */
final class HostAnswers {
  private static final int PATIENCE_SECONDS = 2;

  private final FleetIndex fleet;
  private final Instances instances;
  private final AlertLinks links;
  private final Duration longest;

  /** Explanations of a large host take seconds: one at a time leaves a core for all the rest. */
  private final Semaphore explaining = new Semaphore(1, true);

  HostAnswers(FleetIndex fleet, Instances instances, AlertLinks links, Duration longest) {
    this.fleet = fleet;
    this.instances = instances;
    this.links = links;
    this.longest = longest;
  }

  /** The answer to a request on a host that is kept here. */
  HttpAnswer answer(String what, Parameters asked) throws ApiException {
    String host = asked.required("id");
    HostState state = instances.state(host);
    if (state == null || state.current() == null) {
      throw ApiException.notFound("no host " + host + " was seen");
    }
    return HttpAnswer.json(
        switch (what) {
          case "alert" -> alert(state, host, asked.required("fingerprint"));
          case "host/explanation", "host/weak-points" -> explained(what, host, state, asked);
          default -> json -> host(json, fleet.host(host), state);
        });
  }

  /** In a thread of its own, which is told to end when it takes too long. */
  private Json.Fields explained(String what, String host, HostState state, Parameters asked)
      throws ApiException {
    FutureTask<Json.Fields> explanation =
        new FutureTask<>(
            () -> {
              Explainer explainer = explainer(state, asked);
              return what.equals("host/weak-points")
                  ? weakPoints(explainer)
                  : explanation(explainer, host, asked);
            });
    try {
      if (!explaining.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw ApiException.unavailable("busy with other explanations; ask again in a moment");
      }
      DaemonThread.start("acswatch-explain", () -> explain(explanation));
      return explanation.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw ApiException.unavailable("the instance stops");
    } catch (TimeoutException tooLong) {
      explanation.cancel(true);
      throw ApiException.unavailable(
          "the explanation takes longer than %d s; explain a capture of the host by 'acswatch explain'"
              .formatted(longest.toSeconds()));
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof ApiException problem) {
        throw problem;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }

  private void explain(Runnable explanation) {
    try {
      explanation.run();
    } finally {
      explaining.release();
    }
  }

  private void host(JsonGenerator json, FleetIndex.@Nullable Listed listed, HostState state)
      throws IOException {
    Snapshot current = state.current();
    Snapshot before = before(state);
    json.writeStringField("host", current == null ? "" : current.host());
    Json.text(json, "status", listed == null ? null : listed.status().label());
    Json.time(json, "heard_at", listed == null ? 0 : listed.heardMillis());
    json.writeNumberField("frames_passed_over", listed == null ? 0 : listed.passedOver());
    json.writeNumberField("revision", state.revision());
    json.writeNumberField("vms", state.vms().size());
    Json.objects(json, "awaited", state.awaited().entrySet(), HostAnswers::awaited);
    Json.object(json, "before", before, (out, then) -> SnapshotJson.write(out, then, null));
    Json.object(json, "after", current, (out, now) -> SnapshotJson.write(out, now, before));
    Json.objects(
        json, "alerts", state.open(), (out, alert) -> AlertJson.writeTo(out, alert, links));
  }

  private static void awaited(JsonGenerator json, Map.Entry<PciAddress, String> function)
      throws IOException {
    json.writeStringField("address", function.getKey().toString());
    json.writeStringField("vm", function.getValue());
  }

  /** The last snapshot of the boot before; null of a host that was seen in one snapshot only. */
  private static @Nullable Snapshot before(HostState state) {
    Snapshot current = state.current();
    return current == null || current.equals(state.baseline()) ? null : state.baseline();
  }

  private Json.Fields alert(HostState state, String host, String fingerprint) throws ApiException {
    for (IsolationAlert alert : state.open()) {
      if (alert.fingerprint().equals(fingerprint)) {
        return json -> AlertJson.writeTo(json, alert, links);
      }
    }
    throw ApiException.notFound(host + " has no open alert " + fingerprint);
  }

  /** Explains a snapshot as the host's page shows it: by the boot before, where that is known. */
  private static Explainer explainer(HostState state, Parameters asked) throws ApiException {
    boolean before = asked.word("when", "after", "before").equals("before");
    Snapshot snapshot = before ? state.baseline() : state.current();
    if (snapshot == null) {
      throw ApiException.notFound("there is no such snapshot");
    }
    return new Explainer(
        snapshot, null, before ? null : before(state), Thread.currentThread()::isInterrupted);
  }

  private static Json.Fields explanation(Explainer explainer, String host, Parameters asked)
      throws ApiException {
    int function = index(explainer, host, asked.required("function"));
    String with = asked.text("with");
    if (with.isEmpty()) {
      Explanation explanation = explainer.explain(function);
      return json -> ExplanationJson.write(json, explainer.choice(), explanation);
    }
    Explanation.Pair pair = explainer.explain(function, index(explainer, host, with));
    return json -> ExplanationJson.write(json, explainer.choice(), pair);
  }

  private static int index(Explainer explainer, String host, String text) throws ApiException {
    PciAddress asked = PciAddress.parseOrNull(text);
    if (asked == null) {
      throw ApiException.badRequest(text + " is not an address, expected 0000:00:03.0");
    }
    return explainer
        .indexOf(asked)
        .orElseThrow(() -> ApiException.notFound(host + " has no function " + text));
  }

  private static Json.Fields weakPoints(Explainer explainer) {
    List<Explanation.WeakPoint> points = explainer.weakPoints();
    return json -> Json.objects(json, "weak_points", points, ExplanationJson::write);
  }
}
