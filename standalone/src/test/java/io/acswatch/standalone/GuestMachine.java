package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** The virtual machine of {@code deploy/guest/kexec-guest}: told what to do by its serial port. */
final class GuestMachine implements AutoCloseable {
  /** A guest without KVM on a machine that has much else to do is slow. */
  static final Duration LIMIT = Duration.ofMinutes(5);

  private static final Path SCRIPT = Deployment.DIRECTORY.resolve("guest/kexec-guest");
  private static final int SKIPPED = 77;
  private static final String PROMPT = "\\(qemu\\) ";

  /**
   * A kernel that has come up.
   *
   * @param userNanos when the first program of user space began, by the clock of this process
   * @param bootSeconds how long the kernel took to get there, by its own
   */
  record Boot(String id, long userNanos, double bootSeconds) {}

  /** What a line of shell printed, and its exit code. */
  record Answer(int code, String text) {}

  private record Line(String text, long nanos) {}

  private final Path guest;
  private final Path run;
  private final LaunchedProcess qemu;
  private final SocketChannel control;
  private final LinkedBlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private volatile long agentNanos;

  private GuestMachine(Path guest, Path run, LaunchedProcess qemu) {
    this.guest = guest;
    this.run = run;
    this.qemu = qemu;
    this.control = connect("control");
    Thread reader = new Thread(this::readLines, "guest-control");
    reader.setDaemon(true);
    reader.start();
  }

  /** Makes the guest; skips the test where something that it takes is missing. */
  static void make(Path scratch, Path kernel, Path guest) throws Exception {
    script(scratch, "make", "--kernel", kernel.toString(), guest.toString());
  }

  /** The kernels that there are, those of the release first. */
  static List<Path> kernels(Path scratch) throws Exception {
    return script(scratch, "kernels").lines().map(Path::of).toList();
  }

  private static String script(Path scratch, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    try (LaunchedProcess process =
        LaunchedProcess.program(scratch, Map.of(), command.toArray(String[]::new))) {
      int code = process.exitCode(LIMIT);
      Assumptions.assumeTrue(code != SKIPPED, process.out().strip());
      assertEquals(0, code, process::all);
      return process.out();
    }
  }

  /** Boots it from a copy of its disk. */
  static GuestMachine start(Path scratch, Path guest, Path run) throws Exception {
    return new GuestMachine(
        guest,
        run,
        LaunchedProcess.program(
            scratch, Map.of(), SCRIPT.toString(), "boot", guest.toString(), run.toString()));
  }

  boolean isOf(Path otherGuest) {
    return guest.equals(otherGuest);
  }

  private SocketChannel connect(String name) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(run.resolve(name));
    return Awaitility.await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(IOException.class) // it is not there yet
        .failFast("QEMU ended", () -> !qemu.isAlive())
        .until(
            () -> {
              SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
              channel.connect(address);
              return channel;
            },
            SocketChannel::isConnected);
  }

  private void readLines() {
    try (Scanner scanner =
        new Scanner(Channels.newReader(control, StandardCharsets.UTF_8)).useDelimiter("\n")) {
      while (scanner.hasNext()) {
        String text = scanner.next();
        if (text.startsWith("@agent ")) {
          agentNanos = System.nanoTime();
        } else {
          lines.add(new Line(text, System.nanoTime()));
        }
      }
    }
  }

  private Line nextLine(String awaited) {
    try {
      Line line = lines.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (line == null || !qemu.isAlive()) {
        throw new AssertionError("no %s from the guest: %s".formatted(awaited, console()));
      }
      return line;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** What its kernel said last, for a test that fails. */
  String console() {
    try {
      List<String> said = Files.readAllLines(run.resolve("console"), StandardCharsets.ISO_8859_1);
      return qemu.all()
          + "\nconsole:\n"
          + String.join("\n", said.subList(Math.max(0, said.size() - 30), said.size()));
    } catch (IOException unreadable) {
      return qemu.all();
    }
  }

  /** Waits for the first program of user space of the kernel that comes next. */
  Boot awaitBoot() {
    while (true) {
      Line line = nextLine("boot");
      if (line.text().startsWith("@user ")) {
        String[] words = line.text().strip().split(" ");
        return new Boot(words[2], line.nanos(), Double.parseDouble(words[1]));
      }
    }
  }

  /** When the agent of the last boot that had one was started. */
  long agentNanos() {
    return agentNanos;
  }

  /** Runs a line of shell, whatever its exit code. */
  Answer ask(String line) {
    send(line);
    StringBuilder text = new StringBuilder();
    while (true) {
      String next = nextLine("answer to " + line).text();
      if (next.startsWith("@exit ")) {
        return new Answer(Integer.parseInt(next.substring(6).strip()), text.toString().strip());
      }
      text.append(next).append('\n');
    }
  }

  /** Runs a line of shell that must succeed; gives what it printed. */
  String run(String line) {
    Answer answer = ask(line);
    assertEquals(0, answer.code(), () -> line + ": " + answer.text() + "\n" + logs());
    return answer.text();
  }

  private String logs() {
    return ask("tail -n 20 /run/log/*").text();
  }

  /** Sends a line of shell that nothing answers, for the kernel that runs it ends. */
  void send(String line) {
    write(control, line + "\n");
  }

  /** Has QEMU's monitor do something. */
  void monitor(String command) throws IOException {
    try (SocketChannel monitor = connect("monitor")) {
      Scanner said = new Scanner(Channels.newReader(monitor, StandardCharsets.UTF_8));
      said.findWithinHorizon(PROMPT, 0);
      write(monitor, command + "\n");
      said.findWithinHorizon(PROMPT, 0); // it has been done
    }
  }

  private static void write(SocketChannel channel, String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @Override
  public void close() throws IOException {
    qemu.close();
    control.close();
  }
}
