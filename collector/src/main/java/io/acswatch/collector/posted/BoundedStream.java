package io.acswatch.collector.posted;

import io.acswatch.wire.InputException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Refuses to give more than so many bytes, for what a decompressor makes of little input. */
final class BoundedStream extends FilterInputStream {
  private final String source;
  private final long limit;
  private long given;

  BoundedStream(String source, InputStream stream, long limit) {
    super(stream);
    this.source = source;
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    count(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = super.read(target, offset, length);
    count(Math.max(0, read));
    return read;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(int bytes) throws InputException {
    given += bytes;
    if (given > limit) {
      throw new InputException(source, "unpacks to more than " + (limit >> 20) + " MiB");
    }
  }
}
