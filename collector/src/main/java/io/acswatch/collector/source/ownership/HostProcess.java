package io.acswatch.collector.source.ownership;

import java.time.Instant;
import java.util.List;

/**
 * One process of the host that has a command line; kernel threads have none.
 *
 * @param pid its number
 * @param parent number of the process that started it
 * @param since when it was started
 * @param arguments the program and its arguments
 */
record HostProcess(int pid, int parent, Instant since, List<String> arguments) {
  String program() {
    String path = arguments.get(0);
    return path.substring(path.lastIndexOf('/') + 1);
  }

  String described() {
    return VmName.clean(program()) + "[" + pid + "]";
  }
}
