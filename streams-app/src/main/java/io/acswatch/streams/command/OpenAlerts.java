package io.acswatch.streams.command;

import io.acswatch.client.Alert;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an Alertmanager is to be told: the alerts that are open, and those that have ended since it
 * was told so. It knows no clock and no network.
 *
 * <p>An Alertmanager forgets what it is not told again within minutes. So all that is open is told
 * again and again, and what was lost on the way, or by a restart of either side, is made up for by
 * the next telling. Only an end is told once; it is kept until it has arrived.
 */
public final class OpenAlerts {
  private final AlertFilter filter;
  private final Map<String, Alert> open = new TreeMap<>();
  private final List<Alert> ended = new ArrayList<>();

  /** None yet; only those that the filter wants will be told. */
  public OpenAlerts(AlertFilter filter) {
    this.filter = filter;
  }

  /**
   * One alert as an Alertmanager takes it.
   *
   * @param labels its identity: few, short, and the same for as long as it is open
   * @param generatorUrl the host's picture on the page; null where the page's address is not set
   */
  public record Posted(
      Map<String, String> labels,
      Map<String, String> annotations,
      @Nullable String generatorUrl,
      @Nullable String startsAt,
      @Nullable String endsAt) {}

  /** Takes the state of an alert, null for one that is no longer open. */
  public void take(String fingerprint, @Nullable Alert alert) {
    Alert before = open.get(fingerprint);
    boolean wanted = alert != null && alert.isOpen() && filter.wants(alert);
    // With another severity it is another alert to an Alertmanager: the labels differ.
    if (before != null && !(wanted && labels(before).equals(labels(alert)))) {
      ended.add(before);
    }
    if (wanted) {
      open.put(fingerprint, alert);
    } else {
      open.remove(fingerprint);
    }
  }

  public List<Posted> toTell(Instant now) {
    List<Posted> posted = new ArrayList<>();
    ended.forEach(alert -> posted.add(posted(alert, now, now.toString())));
    open.values().forEach(alert -> posted.add(posted(alert, now, null)));
    return posted;
  }

  /** What {@link #toTell} gave last has arrived. */
  public void told() {
    ended.clear();
  }

  private static Posted posted(Alert alert, Instant now, @Nullable String endsAt) {
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put("summary", alert.headline());
    if (alert.cause() != null) {
      annotations.put("description", alert.cause().explanation());
    }
    annotations.put("next_step", alert.nextStep());
    if (alert.runbookUrl() != null) {
      annotations.put("runbook_url", alert.runbookUrl());
    }
    annotations.put("vms", String.join(", ", alert.vms()));
    annotations.put("revision", Integer.toString(alert.revision()));
    String startsAt = startsAt(alert, now);
    return new Posted(labels(alert), annotations, alert.pictureUrl(), startsAt, endsAt);
  }

  /** An Alertmanager refuses what begins after its end, and all that is told with it. */
  private static @Nullable String startsAt(Alert alert, Instant now) {
    String raised = alert.raisedAt() == null ? alert.takenAfter() : alert.raisedAt();
    try {
      return raised == null || Instant.parse(raised).isAfter(now) ? null : raised;
    } catch (DateTimeException notAnInstant) {
      return null;
    }
  }

  /** One series for each open alert and no more: VMs, devices and times are annotations. */
  private static Map<String, String> labels(Alert alert) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("alertname", alert.code());
    labels.put("host", alert.host());
    labels.put("severity", alert.severity().label());
    labels.put("fingerprint", alert.fingerprint());
    return labels;
  }
}
