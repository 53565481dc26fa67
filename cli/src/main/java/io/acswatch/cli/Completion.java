package io.acswatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Writes the bash completion of {@code acswatch}, which starts the commands of several programs.
 */
public final class Completion {
  private Completion() {}

  /** Takes the file, then the classes that list commands, or are one. */
  public static void main(String[] arguments) throws IOException, ClassNotFoundException {
    CommandLine launcher = new CommandLine(CommandSpec.create().name("acswatch"));
    for (String program : Arrays.asList(arguments).subList(1, arguments.length)) {
      CommandLine line = new CommandLine(Class.forName(program));
      if (line.getSubcommands().isEmpty()) {
        launcher.addSubcommand(line);
      } else {
        line.getSubcommands().values().forEach(launcher::addSubcommand);
      }
    }
    Files.writeString(Path.of(arguments[0]), AutoComplete.bash("acswatch", launcher));
  }
}
