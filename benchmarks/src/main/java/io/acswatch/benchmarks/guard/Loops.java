package io.acswatch.benchmarks.guard;

import io.acswatch.benchmarks.walk.AcsWalk;
import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.benchmarks.walk.ReferenceWalk;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.wire.facts.FactsWriter;
import io.acswatch.wire.frame.FrameReader;
import java.util.function.IntSupplier;

/**
 * What is measured against each other: work over the hundred functions of the corpus. Its answer,
 * the same each time, keeps the compiler from leaving it out.
 */
final class Loops {
  private final byte[][] dense;
  private final byte[] frame;

  Loops() {
    Corpus corpus = Corpus.load();
    dense = corpus.dense().toArray(new byte[0][]);
    frame = corpus.frame();
  }

  IntSupplier reference() {
    return checked(
        () -> {
          int sum = 0;
          for (byte[] bytes : dense) {
            sum += ReferenceWalk.controlOf(bytes, 0, bytes.length);
          }
          return sum;
        });
  }

  /** The loop of a name; {@code slow-} does half of it again, {@code boxed-} boxes a number. */
  IntSupplier named(String name) {
    if (name.startsWith("slow-")) {
      return slow(name.substring("slow-".length()));
    }
    if (name.startsWith("boxed-")) {
      return boxed(named(name.substring("boxed-".length())));
    }
    return switch (name) {
      case "dense" -> dense();
      case "frame" -> inFrame();
      case "decode" -> decode();
      default -> throw new IllegalArgumentException("loop=" + name);
    };
  }

  private IntSupplier dense() {
    ArrayConfigSpace view = new ArrayConfigSpace();
    return checked(
        () -> {
          int sum = 0;
          for (byte[] bytes : dense) {
            sum += AcsWalk.controlOf(view.wrap(bytes, 0, bytes.length));
          }
          return sum;
        });
  }

  /** Our walk over the lines of a frame, where they lie. */
  private IntSupplier inFrame() {
    FrameReader reader = new FrameReader();
    reader.wrap(frame);
    return checked(
        () -> {
          int sum = 0;
          for (int i = 0; i < reader.functionCount(); i++) {
            sum += AcsWalk.controlOf(reader.function(i).config());
          }
          return sum;
        });
  }

  /** From the bytes of a record to packed facts: what a change costs before it is judged. */
  private IntSupplier decode() {
    FrameReader reader = new FrameReader();
    return () -> reader.wrap(frame) == null ? FactsWriter.write(reader.toSnapshot()).length : -1;
  }

  /** Half the work again, on other bytes: the same ones would be in the nearest cache. */
  private static IntSupplier slow(String name) {
    IntSupplier one = new Loops().named(name);
    IntSupplier other = new Loops().named(name);
    int[] turn = new int[1];
    return () -> one.getAsInt() + (++turn[0] % 2 == 0 ? other.getAsInt() : 0);
  }

  private static IntSupplier boxed(IntSupplier loop) {
    Object[] kept = new Object[1];
    return () -> {
      int sum = loop.getAsInt();
      kept[0] = Integer.valueOf(sum + 1_000_000);
      return sum;
    };
  }

  /** A number for a wrong answer is worth nothing. */
  private static IntSupplier checked(IntSupplier loop) {
    int sum = loop.getAsInt();
    if (sum != Corpus.SUM_OF_ANSWERS) {
      throw new IllegalStateException("sum=" + sum + ", expected " + Corpus.SUM_OF_ANSWERS);
    }
    return loop;
  }
}
