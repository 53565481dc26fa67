package io.acswatch.pci.config;

import java.util.BitSet;

/**
 * Configuration space that notes what is read of it: whoever decodes it shows which bytes the
 * outcome depends on. Rebindable, not thread-safe.
 */
public final class Footprint implements ConfigSpace {
  private final BitSet dwords = new BitSet();
  private ConfigSpace space = new ArrayConfigSpace();

  /** Points this view at {@code space}, of which nothing was read yet. */
  public Footprint wrap(ConfigSpace space) {
    this.space = space;
    dwords.clear();
    return this;
  }

  /** Numbers of the dwords that were read; valid until the next {@link #wrap}. */
  public BitSet dwords() {
    return dwords;
  }

  private int read(int offset, int size) {
    dwords.set(offset / Integer.BYTES, (offset + size - 1) / Integer.BYTES + 1);
    return offset;
  }

  @Override
  public int length() {
    return space.length();
  }

  @Override
  public int u8(int offset) {
    return space.u8(read(offset, 1));
  }

  @Override
  public int u16(int offset) {
    return space.u16(read(offset, 2));
  }

  @Override
  public int u32(int offset) {
    return space.u32(read(offset, 4));
  }
}
