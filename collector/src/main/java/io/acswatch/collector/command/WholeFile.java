package io.acswatch.collector.command;

import io.acswatch.cli.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A file that a command may be told to write. */
final class WholeFile {
  @Option(
      names = {"-o", "--file"},
      paramLabel = "FILE",
      description = "Write to FILE, which is replaced as a whole; default is standard output.")
  private @Nullable Path file;

  /** Writes the file or, where none was named, to standard output. */
  void write(PrintWriter out, String text) throws IOException {
    if (file == null) {
      out.print(text);
      Program.flush(out);
    } else {
      write(file, text);
    }
  }

  /** Writes a file so that it is there in full or, if that fails, as it was before. */
  static void write(Path file, String text) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Files.writeString(file, text); // a pipe or a terminal cannot be replaced
      return;
    }
    Path part =
        file.resolveSibling(
            "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    try {
      Files.writeString(
          part, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException failed) {
      // The user named the file, and not the one that is to become it.
      throw new FileSystemException(file.toString(), null, Program.reason(failed));
    } catch (IOException failed) {
      throw new IOException(file + ": " + failed.getMessage(), failed);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
