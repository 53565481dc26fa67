package io.acswatch.collector.agent;

/** The version of this program, from its jar. */
final class AgentVersion {
  private AgentVersion() {}

  /** Version number, empty if it does not run from a jar. */
  static String number() {
    String version = AgentVersion.class.getPackage().getImplementationVersion();
    return version == null ? "" : version;
  }
}
