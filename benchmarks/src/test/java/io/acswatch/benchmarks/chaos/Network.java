package io.acswatch.benchmarks.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace for each node, on one bridge; or, where they cannot be had, loopback.
 *
 * <p>The launcher starts the suite in a network namespace of its own, so nothing of this is seen
 * outside, and all of it is gone with the last process.
 */
final class Network {
  /** The suite itself: it sends, reads and asks from here. */
  static final String HERE = "driver";

  private static final String NET = "10.99.0.";
  private static final Pattern SENT = Pattern.compile("Sent (\\d+) bytes");

  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final String missing;
  private boolean canDelay;
  private String howDelayed = "";

  /** {@code missing} says why there are no namespaces; empty if there are. */
  Network(String missing) throws IOException, InterruptedException {
    this.missing = missing;
    if (isReal()) {
      run("ip", "link", "set", "lo", "up");
      run("ip", "link", "add", "hub", "type", "bridge");
      run("ip", "addr", "add", NET + "1/24", "dev", "hub");
      run("ip", "link", "set", "hub", "up");
    }
    addresses.put(HERE, isReal() ? NET + "1" : "127.0.0.1");
  }

  boolean isReal() {
    return missing.isEmpty();
  }

  /** What of the network's faults cannot be had here; empty if all can. */
  String lacks() {
    if (!isReal()) {
      return "no cut, no delay, no full disk and no step of the clock of a process: " + missing;
    }
    return canDelay ? howDelayed : "no delay: tc has neither netem nor tbf here";
  }

  /** Adds a node, and gives its address. */
  String add(String node) throws IOException, InterruptedException {
    int number = addresses.size() + 1;
    String address = isReal() ? NET + number : "127.0.0.1";
    addresses.put(node, address);
    if (isReal()) {
      run("ip", "netns", "add", node);
      run("ip", "link", "add", "v-" + node, "type", "veth", "peer", "name", "eth0", "netns", node);
      run("ip", "link", "set", "v-" + node, "master", "hub", "up");
      in(node, "ip", "link", "set", "lo", "up");
      in(node, "ip", "addr", "add", address + "/24", "dev", "eth0");
      in(node, "ip", "link", "set", "eth0", "up");
      canDelay = delay(node, true) && delay(node, false);
    }
    return address;
  }

  /** What a command is put behind so that it runs on a node. */
  List<String> on(String node) {
    return isReal() ? List.of("ip", "netns", "exec", node) : List.of();
  }

  /** Drops all that one node sends to another, or only that; {@link #join} undoes it. */
  void cut(String node, String other, boolean bothWays) throws IOException, InterruptedException {
    for (String[] rule : rules(node, other, bothWays)) {
      iptables(rule[0], "-A", rule);
    }
  }

  /** Returns how many packets were dropped meanwhile. */
  long join(String node, String other, boolean bothWays) throws IOException, InterruptedException {
    long dropped = 0;
    for (String[] rule : rules(node, other, bothWays)) {
      String[] list = {"iptables", "-w", "-nvxL", rule[1]};
      dropped +=
          in(rule[0], list)
              .lines()
              .filter(
                  line -> line.contains("DROP") && line.matches(".*\\s" + rule[3] + "(\\s.*|$)"))
              .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[0]))
              .sum();
      iptables(rule[0], "-D", rule);
    }
    return dropped;
  }

  /** Each as node, chain, direction, address; the suite itself has no namespace of its own. */
  private List<String[]> rules(String node, String other, boolean bothWays) {
    boolean atOther = node.equals(HERE);
    String inner = atOther ? other : node;
    String address = addresses.get(atOther ? node : other);
    String[] in = {inner, "INPUT", "-s", address};
    String[] out = {inner, "OUTPUT", "-d", address};
    if (bothWays) {
      return List.of(in, out);
    }
    return List.<String[]>of(atOther ? in : out);
  }

  private void iptables(String node, String action, String[] rule)
      throws IOException, InterruptedException {
    in(node, "iptables", "-w", action, rule[1], rule[2], rule[3], "-j", "DROP");
  }

  /** Makes what a node sends late, by netem or by a rate that queues it; false if neither works. */
  boolean delay(String node, boolean slow) throws IOException, InterruptedException {
    if (!slow) {
      return tried(node, "tc", "qdisc", "del", "dev", "eth0", "root");
    }
    if (tried(node, "tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "300ms")) {
      howDelayed = "";
      return true;
    }
    howDelayed = "delay by a rate of 1 Mbit/s with a queue (tbf): this kernel has no netem";
    return tried(
        node, ("tc qdisc add dev eth0 root tbf rate 1mbit burst 32kbit latency 800ms").split(" "));
  }

  /** Bytes that a node has sent since it is slow. */
  long sentLate(String node) throws IOException, InterruptedException {
    Matcher sent = SENT.matcher(in(node, "tc", "-s", "qdisc", "show", "dev", "eth0"));
    return sent.find() ? Long.parseLong(sent.group(1)) : 0;
  }

  private boolean tried(String node, String... command) throws IOException, InterruptedException {
    try {
      in(node, command);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private String in(String node, String... command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on(node));
    all.addAll(List.of(command));
    return run(all.toArray(String[]::new));
  }

  /** Returns what the command said. */
  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
    return said;
  }
}
