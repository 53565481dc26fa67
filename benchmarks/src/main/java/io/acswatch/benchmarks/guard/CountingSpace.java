package io.acswatch.benchmarks.guard;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.util.BitSet;

/** Dense configuration space that counts reads, and the lines of 64 bytes they touch. */
public final class CountingSpace implements ConfigSpace {
  private final ArrayConfigSpace space;
  private final BitSet touched = new BitSet();
  private int reads;

  public CountingSpace(byte[] bytes) {
    space = new ArrayConfigSpace(bytes);
  }

  public int reads() {
    return reads;
  }

  public int lines() {
    return touched.cardinality();
  }

  private int read(int offset) {
    reads++;
    touched.set(offset >>> 6);
    return offset;
  }

  @Override
  public int length() {
    return space.length();
  }

  @Override
  public int u8(int offset) {
    return space.u8(read(offset));
  }

  @Override
  public int u16(int offset) {
    return space.u16(read(offset));
  }

  @Override
  public int u32(int offset) {
    return space.u32(read(offset));
  }
}
