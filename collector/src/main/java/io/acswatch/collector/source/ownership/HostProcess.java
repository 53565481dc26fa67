package io.acswatch.collector.source.ownership;

import java.time.Instant;
import java.util.List;

/** One process of the host that has a command line; kernel threads have none. */
record HostProcess(int pid, int parent, Instant since, List<String> arguments) {
  String program() {
    String path = arguments.get(0);
    return path.substring(path.lastIndexOf('/') + 1);
  }

  boolean makesItselfADaemon() {
    return arguments.contains("-daemonize") || arguments.contains("--daemonize");
  }

  String described() {
    return VmName.clean(program()) + "[" + pid + "]";
  }
}
