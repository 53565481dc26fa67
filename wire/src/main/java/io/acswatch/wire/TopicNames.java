package io.acswatch.wire;

import java.util.List;

/** Names of the topics: a common prefix and the part that each topic has. */
public record TopicNames(String prefix) {
  public static final String DEFAULT_PREFIX = "acswatch";

  public static final TopicNames DEFAULT = new TopicNames(DEFAULT_PREFIX);

  /** What a command remarks that sends frames of the past to their topic. */
  public static final String OLD_FRAMES_SENT =
      "frames of a boot older than a host's current one are not judged";

  /** Refuses a prefix that Kafka would refuse in a topic name. */
  public TopicNames {
    if (!prefix.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{0,199}")) {
      throw new IllegalArgumentException(
          "prefix=\"" + prefix + "\", expected 1 to 200 letters, digits, dots, hyphens");
    }
  }

  /** Frames of hosts, keyed by host id. */
  public String frames() {
    return prefix + ".frames";
  }

  /** Commands of operators on hosts, keyed by host id; as many partitions as the frames have. */
  public String commands() {
    return prefix + ".commands";
  }

  /** Public keys that operators trust, keyed by host id; compacted. */
  public String hostKeys() {
    return prefix + ".host-keys";
  }

  /** Every change of every alert, keyed by host id. */
  public String alerts() {
    return prefix + ".alerts";
  }

  /** The last state of each alert, keyed by fingerprint; compacted. */
  public String alertState() {
    return prefix + ".alert-state";
  }

  /** The groups of each host, keyed by host id; compacted. */
  public String groups() {
    return prefix + ".groups";
  }

  /** Causes that several hosts have in common, keyed by cause; compacted. */
  public String incidents() {
    return prefix + ".incidents";
  }

  /** What hosts tell of the rules of each kernel, keyed by its release and version; compacted. */
  public String kernels() {
    return prefix + ".kernels";
  }

  /** Frames and commands that were refused, whole. */
  public String rejects() {
    return prefix + ".rejects";
  }

  public List<String> all() {
    return List.of(
        frames(),
        commands(),
        hostKeys(),
        alerts(),
        alertState(),
        groups(),
        incidents(),
        kernels(),
        rejects());
  }
}
