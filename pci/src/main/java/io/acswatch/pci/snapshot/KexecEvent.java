package io.acswatch.pci.snapshot;

import io.acswatch.pci.iommu.Boot;
import java.util.List;

/**
 * A step on the way to another kernel, seen by the collector of the kernel that runs.
 *
 * @param takenAtMillis wall clock, milliseconds since 1970, 0 if unknown
 * @param sequence rises with every frame of a boot; 0 if unknown
 * @param stateSequence number of the last snapshot before it, 0 if there was none
 * @param targetRelease {@code uname -r} of the kernel that is to come, empty if unknown
 * @param notes evidence, one line each
 */
public record KexecEvent(
    String host,
    Boot boot,
    long takenAtMillis,
    long sequence,
    long stateSequence,
    boolean kexecLoaded,
    Step step,
    String targetRelease,
    String targetCommandLine,
    List<String> notes) {
  public KexecEvent {
    notes = List.copyOf(notes);
  }

  /** The place of a constant, from 1, is its code in frames: add at the end, never move. */
  public enum Step {
    /** An image was loaded: a kexec can come at any moment. */
    LOADED,
    UNLOADED,
    /** The system shuts down and an image is loaded: the jump is next. */
    GOING_DOWN,
    /** The system was going down, and yet the same kernel runs: the kexec did not happen. */
    BACK
  }
}
