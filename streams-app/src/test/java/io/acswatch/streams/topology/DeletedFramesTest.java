package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.streams.topology.DeletedFrames.Gap;
import org.junit.jupiter.api.Test;

class DeletedFramesTest {
  private final DeletedFrames deleted = new DeletedFrames();

  @Test
  void aGapIsTakenOnceWithTheFirstFrameBehindIt() {
    deleted.note(1, new Gap(5, 9));

    assertNull(deleted.takeBefore(0, 20), "of another partition");
    assertNull(deleted.takeBefore(1, 4), "what was read before the gap");
    assertEquals(new Gap(5, 9), deleted.takeBefore(1, 10));
    assertNull(deleted.takeBefore(1, 11));
  }

  /** More was deleted before the first frame behind the gap was read. */
  @Test
  void aGapGrows() {
    deleted.note(0, new Gap(Gap.UNKNOWN, 9));
    deleted.note(0, new Gap(9, 12));
    assertEquals(new Gap(Gap.UNKNOWN, 12), deleted.takeBefore(0, 12));
  }

  /** A task that starts again from the position of the group meets the same gap again. */
  @Test
  void theSameGapCountsOnce() {
    deleted.note(0, new Gap(7, 9));
    deleted.note(0, new Gap(5, 9));
    assertEquals(new Gap(5, 9), deleted.takeBefore(0, 9));
  }

  @Test
  void aGapOfATaskThatWasClosedIsForgotten() {
    deleted.note(0, new Gap(5, 9));
    deleted.forget(0);
    assertNull(deleted.takeBefore(0, 30));
  }
}
