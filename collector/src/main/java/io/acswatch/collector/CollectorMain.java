package io.acswatch.collector;

import io.acswatch.collector.command.HostCommands;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Starts a command of one host: {@code capture}, {@code decode}, {@code groups} and so on. */
public final class CollectorMain {
  private CollectorMain() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String[] arguments) {
    // Not System.out, which keeps to itself that a disk is full.
    OutputStream stdout = new FileOutputStream(FileDescriptor.out);
    PrintWriter out = new PrintWriter(new OutputStreamWriter(stdout, StandardCharsets.UTF_8));
    int exitCode = HostCommands.commandLine().setOut(out).execute(arguments);
    out.flush(); // what picocli itself wrote: help
    System.exit(exitCode);
  }
}
