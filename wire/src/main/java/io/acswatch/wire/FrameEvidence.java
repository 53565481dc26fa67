package io.acswatch.wire;

import static io.acswatch.wire.FrameLayout.*;

import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks in a frame's texts for what tells how its boot came about, where they lie. Allocates
 * nothing.
 */
final class FrameEvidence {
  private static final byte[] CRASH_HEADER = ascii(BootClass.CRASH_HEADER);
  private static final byte[] IOMMU_NOTE = ascii(Boot.IOMMU_NOTE);
  private static final byte[] LIVE_UPDATE_NOTE = ascii(Boot.LIVE_UPDATE_NOTE);

  /** The empty string has the first number in every frame. */
  private static final int NO_STRING = 0;

  private static final byte[][] SENTENCES = sentences();
  private static final int HANDOVER = 1 | 1 << 1;
  private static final int CRASH = 1 << 2;
  private static final int ADOPTED = 1 << 3;

  /** First two letters of a sentence, in a table of all pairs: most bytes end the search here. */
  private static final boolean[] BEGINS = begins();

  private final FrameSections frame;
  private int found;
  private boolean crashKernel;
  private int iommuNote;
  private int liveUpdateNote;

  FrameEvidence(FrameSections frame) {
    this.frame = frame;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[][] sentences() {
    List<byte[]> sentences = new ArrayList<>();
    sentences.add(ascii(BootClass.HANDOVER_FOUND));
    sentences.add(ascii(BootClass.HANDOVER_NOTE));
    sentences.add(ascii(BootClass.CRASH_NOTE));
    sentences.add(ascii(Preservation.ADOPTED.sentence()));
    sentences.add(ascii(Boot.DEVICE_TREE_NOTE));
    sentences.add(ascii(BootClass.BOOTED_FROM_KEXEC));
    for (Preservation preservation : Preservation.values()) {
      if (preservation != Preservation.ADOPTED && !preservation.sentence().isEmpty()) {
        sentences.add(ascii(preservation.sentence()));
      }
    }
    return sentences.toArray(new byte[0][]);
  }

  private static boolean[] begins() {
    boolean[] begins = new boolean[1 << 16];
    for (byte[] sentence : SENTENCES) {
      begins[pair(sentence[0], sentence[1])] = true;
    }
    return begins;
  }

  private static int pair(int first, int second) {
    return first & 0xFF | (second & 0xFF) << 8;
  }

  /** Looks through the frame that is bound. */
  void look() {
    found = 0;
    iommuNote = NO_STRING;
    liveUpdateNote = NO_STRING;
    for (int i = 0; i < frame.noteCount; i++) {
      int note = frame.i32(frame.noteAt(i));
      lookIn(note);
      iommuNote = first(iommuNote, IOMMU_NOTE, note);
      liveUpdateNote = first(liveUpdateNote, LIVE_UPDATE_NOTE, note);
    }
    int commandLine = frame.i32(COMMAND_LINE_AT);
    int end = endOf(commandLine);
    crashKernel = false;
    for (int at = startOf(commandLine); at < end; at++) {
      crashKernel |= isAt(CRASH_HEADER, at, end);
    }
  }

  private int first(int known, byte[] prefix, int note) {
    return known == NO_STRING && isAt(prefix, startOf(note), endOf(note)) ? note : known;
  }

  private void lookIn(int note) {
    int end = endOf(note);
    for (int at = startOf(note); at + 1 < end; at++) {
      if (BEGINS[frame.u16(at)]) {
        for (int i = 0; i < SENTENCES.length; i++) {
          found |= isAt(SENTENCES[i], at, end) ? 1 << i : 0;
        }
      }
    }
  }

  private int startOf(int string) {
    return frame.stringBytesAt + frame.stringStart(string);
  }

  private int endOf(int string) {
    return frame.stringBytesAt + frame.stringEnd(string);
  }

  private boolean isAt(byte[] text, int at, int end) {
    if (end - at < text.length) {
      return false;
    }
    for (int i = 0; i < text.length; i++) {
      if ((byte) frame.u8(at + i) != text[i]) {
        return false;
      }
    }
    return true;
  }

  /** The string that is the first note on IOMMUs; the empty one if it names none. */
  int iommuNote() {
    return says(iommuNote, IOMMU_NOTE);
  }

  /** The string that is the first note on what the kernel can; the empty one if there is none. */
  int liveUpdateNote() {
    return says(liveUpdateNote, LIVE_UPDATE_NOTE);
  }

  private int says(int note, byte[] prefix) {
    return endOf(note) - startOf(note) == prefix.length ? NO_STRING : note;
  }

  BootClass bootClass() {
    return BootClass.of(
        crashKernel || (found & CRASH) != 0,
        (found & ADOPTED) != 0,
        (found & HANDOVER) != 0,
        frame.i32(LOADER_TYPE_AT));
  }

  /** A note speaks of what only the long way understands: functions, or a device tree. */
  boolean tellsOfPreservation() {
    return (found & ~(HANDOVER | CRASH)) != 0;
  }
}
