package io.acswatch.collector.command;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.text.OwnersReader;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Owners beside the input of a command. */
final class OwnersOption {
  @Option(
      names = "--owners",
      paramLabel = "FILE",
      description = "Lines 'owner TAB address TAB vm TAB source'. They replace those in the input.")
  private @Nullable Path file;

  /** The capture with the owners of the file, if there is one. */
  Capture in(Capture capture) throws IOException {
    return file == null ? capture : capture.withOwners(OwnersReader.read(file));
  }
}
