package io.acswatch.wire.text;

import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a UTF-8 input, one at a time, with limits on the length of a line and of the whole, so
 * that no input exhausts memory. Lines end in LF or CR LF. Makes the exceptions of its readers,
 * since it knows the place.
 */
final class LineSource {
  /** Longest line, in bytes; the scan order of the largest host fits. */
  static final int MAX_LINE_BYTES = 1 << 20;

  /** Longest input, in bytes; its functions fit, each with all its bytes. */
  static final long MAX_INPUT_BYTES = 256L << 20;

  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final String name;
  private final InputStream stream;
  private final boolean isPosted;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final byte[] read = new byte[1 << 14];
  private int readFrom;
  private int readTo;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 10);
  private long inputBytes;
  private int lineNumber;

  LineSource(String name, InputStream stream) {
    this(name, stream, false);
  }

  /** With {@code isPosted} a line that is not UTF-8 is read as ISO 8859-1, as old mail has it. */
  LineSource(String name, InputStream stream, boolean isPosted) {
    this.name = name;
    this.stream = stream;
    this.isPosted = isPosted;
  }

  @FunctionalInterface
  interface Body<T> {
    T read(LineSource lines) throws InputException;
  }

  /** Opens a file, gives it to {@code body}, closes it. Says in words why a file cannot be read. */
  static <T> T readFile(Path file, Body<T> body) throws InputException {
    String name = file.toString();
    if (Files.isDirectory(file)) {
      throw new InputException(name, "is a directory");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      return body.read(new LineSource(name, stream));
    } catch (InputException damaged) {
      throw damaged;
    } catch (NoSuchFileException missing) {
      throw refused(name, "no such file", missing);
    } catch (AccessDeniedException denied) {
      throw refused(name, "permission denied", denied);
    } catch (IOException unreadable) {
      throw refused(name, "cannot be read: " + reason(unreadable), unreadable);
    }
  }

  private static InputException refused(String name, String problem, IOException cause) {
    InputException refused = new InputException(name, problem);
    refused.initCause(cause);
    return refused;
  }

  private static String reason(IOException failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  /** The next line without its end, or null at the end of the input. */
  @Nullable String next() throws InputException {
    if (!fill()) {
      return null;
    }
    line.reset();
    boolean ended = false;
    while (!ended && fill()) {
      int end = readFrom;
      while (end < readTo && read[end] != '\n') {
        end++;
      }
      if (line.size() + end - readFrom > MAX_LINE_BYTES) {
        lineNumber++;
        throw error("line longer than " + MAX_LINE_BYTES + " bytes");
      }
      line.write(read, readFrom, end - readFrom);
      ended = end < readTo;
      readFrom = ended ? end + 1 : end;
    }
    lineNumber++;
    return decode(line.toByteArray());
  }

  /**
   * The next line of a format without line breaks inside of texts. A carriage return that does not
   * end the line is refused: no writer writes one, and many a program takes it for a line break.
   */
  @Nullable String nextUnbroken() throws InputException {
    String text = next();
    int carriageReturn = text == null ? -1 : text.indexOf('\r');
    if (carriageReturn >= 0) {
      throw errorAtColumn(carriageReturn + 1, "carriage return inside a line");
    }
    return text;
  }

  /** Reads on if all that was read is used; false at the end of the input. */
  private boolean fill() throws InputException {
    if (readFrom < readTo) {
      return true;
    }
    try {
      readTo = stream.read(read);
    } catch (IOException broken) {
      throw refused(name, "cannot be read: " + reason(broken), broken);
    }
    readFrom = 0;
    if (readTo > 0) {
      inputBytes += readTo;
    }
    if (inputBytes > MAX_INPUT_BYTES) {
      throw error("input longer than " + MAX_INPUT_BYTES + " bytes");
    }
    return readTo > 0;
  }

  private String decode(byte[] whole) throws InputException {
    int length = whole.length;
    if (length > 0 && whole[length - 1] == '\r') {
      length--;
    }
    ByteBuffer bytes = ByteBuffer.wrap(whole, 0, length);
    try {
      String text = decoder.decode(bytes).toString();
      boolean marked = lineNumber == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
      return marked ? text.substring(1) : text;
    } catch (CharacterCodingException notUtf8) {
      if (isPosted) {
        return new String(whole, 0, length, StandardCharsets.ISO_8859_1);
      }
      throw error("byte " + (bytes.position() + 1) + " of the line is not UTF-8");
    }
  }

  /** The same text of the last line, if it is no longer than frames take it. */
  String bounded(String what, String text, int mostBytes) throws InputException {
    int length = FrameLimits.lengthOf(text);
    if (length > mostBytes) {
      throw error("%s: bytes=%d, expected at most %d".formatted(what, length, mostBytes));
    }
    return text;
  }

  /** Number of the line that {@link #next} returned last, from 1. */
  int lineNumber() {
    return lineNumber;
  }

  InputException error(String problem) {
    return errorAt(lineNumber, problem);
  }

  /** An exception for a character of the last line, counted from 1. */
  InputException errorAtColumn(int column, String problem) {
    return new InputException(name, lineNumber, column, problem);
  }

  InputException errorAt(int number, String problem) {
    return new InputException(name, number, 0, problem);
  }

  InputException errorInWhole(String problem) {
    return new InputException(name, problem);
  }
}
