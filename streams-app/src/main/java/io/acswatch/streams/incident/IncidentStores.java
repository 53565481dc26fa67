package io.acswatch.streams.incident;

import org.jspecify.annotations.Nullable;

/** Names of the stores of incidents, and what others read in them. */
public final class IncidentStores {
  /** Fingerprint to severity and id of the cause that was told of it. */
  static final String ALERT_CAUSES = "alert-causes";

  /** Id of a cause to its incident, as in the topic. */
  public static final String INCIDENTS = "incidents";

  /** {@link #partKey} to a host's part in it. */
  public static final String INCIDENT_HOSTS = "incident-hosts";

  static final String ARRIVALS = "incident-arrivals";

  static final char SEPARATOR = '/';

  private IncidentStores() {}

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
