package io.acswatch.collector.posted;

import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.InputKind;
import io.acswatch.wire.text.PostedHost;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.ArchiveException;
import org.apache.commons.compress.archivers.ArchiveStreamFactory;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.commons.io.input.BoundedInputStream;

/**
 * Reads one input into a host: a capture, a text, a report as directory or as archive, each with or
 * without gzip, bzip2, xz or zstd around it. What it is shows in its content; names do not count.
 *
 * <p>Archives come from strangers. Nothing is ever written, links are not followed, and entries,
 * bytes and the memory of a decompressor are bounded.
 */
public final class PostedInput {
  private static final int TAR_HEADER = 512;

  /** Memory that xz and zstd may ask for, KiB; {@code xz -9} needs 65 MiB. */
  private static final int DECOMPRESSOR_KIB = 128 << 10;

  private static final long MAX_ENTRIES = 1_000_000;
  private static final long MAX_BYTES = 8L << 30;
  private static final int MAX_POSTED_FILES = 1_000;

  private PostedInput() {}

  /**
   * Adds a file or directory to {@code host}.
   *
   * @throws IOException if it cannot be read or holds nothing that is known; InputException names
   *     file and place
   */
  public static void add(Path file, PostedHost host) throws IOException {
    if (Files.isDirectory(file)) {
      Report report = new Report(file.toString());
      report.addAll(file);
      if (report.hasRoot()) {
        report.tell(host);
      } else {
        folder(file, host);
      }
      return;
    }
    try (InputStream stream = Files.newInputStream(file)) {
      add(file.toString(), stream, host);
    }
  }

  /** Captures and texts that lie in one folder, all of one host; what tells nothing of PCI may. */
  private static void folder(Path folder, PostedHost host) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
              .limit(MAX_POSTED_FILES + 1)
              .sorted()
              .toList();
    }
    if (files.size() > MAX_POSTED_FILES) {
      throw new InputException(folder.toString(), "holds more than " + MAX_POSTED_FILES + " files");
    }
    for (Path file : files) {
      String name = file.toString().replaceAll("\\p{Cntrl}", "?");
      try (BufferedInputStream input =
          new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        switch (InputKind.of(input)) {
          case CAPTURE -> host.addCapture(name, CaptureReader.read(name, input));
          case TEXT -> host.addRemarks(name, input);
          case BINARY -> {
            // A picture, perhaps.
          }
        }
      }
    }
    if (host.isEmpty()) {
      throw new InputException(
          folder.toString(),
          "no sosreport (sos_commands), no supportconfig (hardware.txt) and no text of PCI in it");
    }
  }

  /**
   * Adds a stream to {@code host}; leaves it open.
   *
   * @param source name of the stream for messages
   */
  public static void add(String source, InputStream stream, PostedHost host) throws IOException {
    BufferedInputStream input = new BufferedInputStream(stream, 1 << 16);
    switch (InputKind.of(input)) {
      case CAPTURE -> host.addCapture(source, CaptureReader.read(source, input));
      case TEXT -> host.addText(source, input);
      case BINARY -> packed(source, input, host);
    }
  }

  private static void packed(String source, BufferedInputStream input, PostedHost host)
      throws IOException {
    if (isTar(input)) {
      archive(source, input, host);
      return;
    }
    try {
      String format = CompressorStreamFactory.detect(input);
      CompressorStreamFactory factory = new CompressorStreamFactory(false, DECOMPRESSOR_KIB);
      try (InputStream unpacked =
          bounded(source, factory.createCompressorInputStream(format, input), MAX_BYTES)) {
        BufferedInputStream content = new BufferedInputStream(unpacked, 1 << 16);
        switch (InputKind.of(content)) {
          case CAPTURE -> host.addCapture(source, CaptureReader.read(source, content));
          case TEXT -> host.addText(source, content);
          case BINARY -> {
            if (!isTar(content)) {
              throw new InputException(source, "holds neither text nor a tar archive");
            }
            archive(source, content, host);
          }
        }
      }
    } catch (CompressorException unknown) {
      throw new InputException(
          source, "is neither text nor an archive (tar, with gzip, bzip2, xz or zstd or bare)");
    } catch (InputException refused) {
      throw refused;
    } catch (IOException damaged) {
      throw damaged(source, damaged);
    }
  }

  /** Refuses to give more than so many bytes, for what a decompressor makes of little input. */
  static InputStream bounded(String source, InputStream stream, long limit) throws IOException {
    return BoundedInputStream.builder()
        .setInputStream(stream)
        .setMaxCount(limit)
        .setOnMaxCount(
            (most, given) -> {
              throw new InputException(source, "unpacks to more than " + (limit >> 20) + " MiB");
            })
        .get();
  }

  private static boolean isTar(BufferedInputStream input) throws IOException {
    input.mark(TAR_HEADER);
    byte[] head = input.readNBytes(TAR_HEADER);
    input.reset();
    if (head.length < TAR_HEADER) {
      return false;
    }
    try {
      return ArchiveStreamFactory.detect(
              new BufferedInputStream(new ByteArrayInputStream(Arrays.copyOf(head, TAR_HEADER))))
          .equals(ArchiveStreamFactory.TAR);
    } catch (ArchiveException none) {
      return false;
    }
  }

  private static void archive(String source, InputStream stream, PostedHost host)
      throws IOException {
    Report report = new Report(source);
    long entries = 0;
    try (TarArchiveInputStream tar = new TarArchiveInputStream(stream)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (++entries > MAX_ENTRIES) {
          throw new InputException(source, "holds more than " + MAX_ENTRIES + " files");
        }
        if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
          report.add(entry.getName(), tar);
        }
      }
    } catch (InputException refused) {
      throw refused;
    } catch (IOException | IllegalArgumentException damaged) {
      // The library answers some damaged headers with an unchecked exception.
      throw damaged(source, damaged);
    }
    report.tell(host);
  }

  private static InputException damaged(String source, Exception cause) {
    String why = cause instanceof EOFException ? "it ends too early" : cause.getMessage();
    InputException refused = new InputException(source, "the archive is damaged: " + why);
    refused.initCause(cause);
    return refused;
  }
}
