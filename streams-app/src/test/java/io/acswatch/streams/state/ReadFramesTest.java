package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class ReadFramesTest {
  private static final ReadFrames READ = new ReadFrames(1_000, 1_772_366_400_000L, 7, 99);

  @Test
  void whatIsPackedIsReadAgain() {
    assertEquals(READ, ReadFrames.unpack(READ.pack()));
  }

  @Test
  void damageAndAnotherVersionAreRefused() {
    byte[] other = READ.pack();
    other[0]++;
    assertThrows(UnknownStateVersionException.class, () -> ReadFrames.unpack(other));
    assertThrows(SerializationException.class, () -> ReadFrames.unpack(new byte[] {1, 0, 0}));
    assertThrows(SerializationException.class, () -> ReadFrames.unpack(new byte[] {1}));
  }

  @Test
  void whatWasDeletedIsToldForAnHour() {
    assertEquals(7, READ.deletedAt(99 + ReadFrames.TOLD.toMillis()));
    assertEquals(0, READ.deletedAt(100 + ReadFrames.TOLD.toMillis()));
  }
}
