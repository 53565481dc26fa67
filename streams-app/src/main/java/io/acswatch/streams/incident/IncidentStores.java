package io.acswatch.streams.incident;

import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.streams.state.Entry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

public final class IncidentStores {
  /** Fingerprint to what was told last of the alert's cause. */
  static final String ALERT_CAUSES = "alert-causes";

  public static final String INCIDENTS = "incidents";

  /** {@link #partKey} to a host's part in it. */
  public static final String INCIDENT_HOSTS = "incident-hosts";

  public static final List<String> ALL = List.of(ALERT_CAUSES, INCIDENTS, INCIDENT_HOSTS);

  /** Begins the name of the topic by which causes are shared out. */
  public static final String CAUSES = "causes";

  static final char SEPARATOR = '/';

  private static final int VERSION = 1;
  private static final IncidentSerde JSON = new IncidentSerde();

  private IncidentStores() {}

  public static @Nullable Incident unpackIncident(byte @Nullable [] packed) {
    return packed == null
        ? null
        : Entry.unpack(
            packed,
            "incident",
            VERSION,
            in -> JSON.deserialize(INCIDENTS, in.get(0).getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] packIncident(byte[] json) {
    return Entry.pack(VERSION, List.of(new String(json, StandardCharsets.UTF_8)));
  }

  /** Where the part of a host in an incident is kept, beside the incident itself. */
  public static String partKey(String incident, String host) {
    return incident + SEPARATOR + host;
  }

  /** True if by this part its host has joined, and has an open alert of the cause. */
  public static boolean isOpenPart(byte @Nullable [] packed) {
    HostPart part = HostPart.unpack(packed);
    return part.counted() && !part.fingerprints().isEmpty();
  }
}
