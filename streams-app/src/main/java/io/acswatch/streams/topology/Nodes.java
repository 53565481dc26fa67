package io.acswatch.streams.topology;

import io.acswatch.streams.state.Changelogs;

/** Names of the topology's nodes and of its store, and what its records may take. */
public final class Nodes {
  static final String FRAMES = "frames";
  static final String COMMANDS = "commands";
  static final String HOST_KEYS_SOURCE = "host-keys-source";
  static final String KEEP_HOST_KEYS = "keep-host-keys";
  static final String DECODE = "decode";
  static final String JUDGE = "judge";
  static final String RETIRE = "retire";
  static final String ALERTS = "alerts";
  static final String ALERT_STATE = "alert-state";
  static final String GROUPS = "groups";
  static final String REJECTS = "rejects";

  /** The table of {@linkplain TrustedKeys trusted keys} by host id, whole in every process. */
  static final String HOST_KEYS = "host-keys";

  /**
   * The store: host id to packed host state, and how far the {@linkplain
   * io.acswatch.streams.state.ReadFrames frames were read}.
   */
  public static final String HOST_STATE = "host-state";

  /** Largest record of the changelog, of the frames and, with headers, of the rejects. */
  public static final int MAX_RECORD_BYTES = Changelogs.MAX_RECORD_BYTES;

  private Nodes() {}
}
