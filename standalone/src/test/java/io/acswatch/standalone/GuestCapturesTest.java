package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the agent in the guest of {@link KexecGuestIT} saw around a kexec, judged without it. */
class GuestCapturesTest {
  private static final Path CAPTURES = Path.of("src/test/resources/guest");

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "disable-acs-redir, KEXEC, CRITICAL",
    "broker-away, KEXEC, CRITICAL",
    "reset, COLD_BOOT, HIGH",
    "without-notice, KEXEC, CRITICAL",
    "clock-a-year-off, KEXEC, CRITICAL"
  })
  void aBootThatLostBitsOfTwoPortsMergedTheVmsOfTheGuest(
      String scenario, Boundary boundary, Severity severity) throws IOException {
    HostState before = Judgement.apply(HostState.NONE, snapshot(scenario, "before")).state();
    List<IsolationAlert> merges =
        Judgement.apply(before, snapshot(scenario, "after")).alerts().stream()
            .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
            .toList();

    assertEquals(1, merges.size());
    IsolationAlert merge = merges.get(0);
    assertEquals(boundary, merge.interval().boundary());
    assertEquals(severity, merge.severity());
    assertEquals(
        List.of("0000:01:00.0 vm-one", "0000:02:00.0 4b1d4b0e-6a0c-4a36-9d3b-2f1a4d0c7a02"),
        merge.devices().stream().map(one -> one.address() + " " + one.owner()).toList());
    assertEquals(
        List.of("0000:00:03.0 001d 0011", "0000:00:03.1 001d 0011"),
        Stream.concat(Stream.of(merge.cause().register()), merge.cause().alsoChanged().stream())
            .map(one -> "%s %04x %04x".formatted(one.port(), one.before(), one.after()))
            .sorted()
            .toList());
  }

  private static Snapshot snapshot(String scenario, String when) throws IOException {
    return Snapshot.of(CaptureReader.read(CAPTURES.resolve(scenario + "-" + when + ".cap")));
  }
}
