package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.acswatch.collector.publish.OutgoingFrame;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static OutgoingFrame frame(long sequence, int bytes) {
    return new OutgoingFrame("h", sequence, new byte[bytes]);
  }

  @Test
  void givesFramesInTheOrderInWhichTheyCame() throws InterruptedException {
    Outbox outbox = new Outbox(100);
    OutgoingFrame first = frame(1, 10);
    OutgoingFrame second = frame(2, 10);
    outbox.add(first);
    outbox.add(second);

    assertSame(first, outbox.awaitFirst());
    assertSame(first, outbox.awaitFirst());
    outbox.remove(first);
    assertSame(second, outbox.awaitFirst());
  }

  @Test
  void dropsTheOldestWhenItIsFull() throws InterruptedException {
    Outbox outbox = new Outbox(100);
    outbox.add(frame(1, 60));
    outbox.add(frame(2, 30));

    assertEquals(1, outbox.add(frame(3, 40)));
    assertEquals(2, outbox.size());
    assertEquals(70, outbox.bytes());
  }

  @Test
  void keepsTheNewestHoweverLargeItIs() throws InterruptedException {
    Outbox outbox = new Outbox(100);
    outbox.add(frame(1, 60));
    OutgoingFrame large = frame(2, 1000);

    assertEquals(1, outbox.add(large));
    assertSame(large, outbox.awaitFirst());
  }

  @Test
  void forgivesTheRemovalOfAFrameThatWasDropped() {
    Outbox outbox = new Outbox(100);
    OutgoingFrame first = frame(1, 60);
    outbox.add(first);
    outbox.add(frame(2, 60));

    outbox.remove(first);

    assertEquals(1, outbox.size());
    assertEquals(60, outbox.bytes());
  }

  @Test
  void letsThoseWhoWaitGoWhenItIsClosed() throws InterruptedException {
    Outbox outbox = new Outbox(100);
    outbox.close();

    assertNull(outbox.awaitFirst());
  }
}
