package io.acswatch.collector.agent;

import io.acswatch.cli.Program;
import io.acswatch.collector.source.SourceTimings;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootOrigin;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import java.util.List;

/** Makes frames of what was seen; nobody changes {@code bytes}. */
record HostFrames(String bootId, FrameType type, byte[] bytes) {
  static HostFrames snapshot(Capture capture) {
    return new HostFrames(capture.boot().id(), FrameType.SNAPSHOT, FrameWriter.write(capture));
  }

  static HostFrames event(
      Capture state, Numbers numbers, long nowMillis, KexecEvent.Step step, List<String> notes) {
    KexecEvent event =
        new KexecEvent(
            state.host(),
            state.boot(),
            nowMillis,
            numbers.own(),
            numbers.told(),
            step != KexecEvent.Step.UNLOADED && state.kexecLoaded(),
            step,
            "",
            "",
            notes);
    return new HostFrames(state.boot().id(), FrameType.KEXEC_EVENT, FrameWriter.write(event));
  }

  /** How the collector fares. The boot is named; its kernel is in the last snapshot. */
  static HostFrames heartbeat(
      Capture state, Numbers numbers, long nowMillis, SpoolDepth waiting, List<String> notes) {
    String bootId = state.boot().id();
    Heartbeat heartbeat =
        new Heartbeat(
            state.host(),
            new Boot(bootId, "", "", "", Boot.UNKNOWN_LOADER, Boot.UNKNOWN_LOADER),
            nowMillis,
            numbers.own(),
            numbers.told(),
            state.kexecLoaded(),
            Program.versionOf(HostFrames.class),
            waiting.frames(),
            waiting.bytes(),
            waiting.dropped(),
            notes);
    return new HostFrames(bootId, FrameType.HEARTBEAT, FrameWriter.write(heartbeat));
  }

  /** The host is as the snapshot of which {@code numbers} and digest tell. */
  static HostFrames unchanged(
      Capture state, Numbers numbers, long lookedAtMillis, ContentDigest digest) {
    String bootId = state.boot().id();
    Unchanged unchanged =
        new Unchanged(state.host(), bootId, lookedAtMillis, numbers.own(), numbers.told(), digest);
    return new HostFrames(bootId, FrameType.UNCHANGED, FrameWriter.write(unchanged));
  }

  /** Numbers of a frame that is no state; {@code told}: of the last snapshot in the spool, or 0. */
  record Numbers(long own, long told) {}

  record SpoolDepth(int frames, long bytes, long dropped) {}

  static String note(SourceTimings.Timing timing) {
    return "source=%s success=%d millis=%d"
        .formatted(timing.label(), timing.isSuccess() ? 1 : 0, timing.took().toMillis());
  }

  static String note(BootOrigin boot) {
    return "boot class=%s confidence=%s evidence=%s"
        .formatted(boot.bootClass(), boot.confidence(), String.join("; ", boot.evidence()));
  }
}
