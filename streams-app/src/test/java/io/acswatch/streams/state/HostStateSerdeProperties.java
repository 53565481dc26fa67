package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.judge.BootHistory;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.PendingFinding;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is packed comes back, whatever the state. */
class HostStateSerdeProperties {
  private static final List<String> TEXTS =
      List.of("", "a", "vfio-pci", "pci0000:00/03.0", "gr\u00f6\u00dfe", "\ud83d\ude80", "a\tb\n");

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void unpackingGivesBackWhatWasPacked(long seed) {
    HostState state = state(new SplittableRandom(seed));
    byte[] packed = HostStateSerde.pack(state);
    HostState read = HostStateSerde.unpack(packed);

    assertEquals(state, read);
    assertArrayEquals(packed, HostStateSerde.pack(read));
  }

  private static BootHistory history(SplittableRandom random) {
    List<BootHistory.SeenBoot> boots = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      boots.add(
          new BootHistory.SeenBoot(
              text(random), text(random), random.nextLong(), random.nextLong()));
    }
    boolean rivalled = random.nextBoolean();
    return new BootHistory(
        boots,
        rivalled
            ? new BootHistory.Rival(
                "other",
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextBoolean() ? null : snapshot(random))
            : null,
        random.nextLong());
  }

  private static HostState state(SplittableRandom random) {
    Snapshot current = random.nextInt(8) == 0 ? null : snapshot(random);
    Snapshot baseline =
        switch (random.nextInt(3)) {
          case 0 -> null;
          case 1 -> current;
          default -> snapshot(random);
        };
    List<PendingFinding> pending = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      DevicePath path = new DevicePath(text(random));
      AlertCode code = any(random, AlertCode.values());
      pending.add(new PendingFinding(code, path, random.nextLong(), random.nextInt()));
    }
    List<Assignment> owners = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      owners.add(new Assignment(new DevicePath(text(random)), text(random)));
    }
    return new HostState(
        baseline,
        current,
        random.nextInt(),
        several(random, HostStateSerdeProperties::alert),
        pending,
        owners,
        history(random));
  }

  private static IsolationAlert alert(SplittableRandom random) {
    return new IsolationAlert(
        text(random),
        random.nextInt(),
        any(random, AlertCode.values()),
        any(random, Severity.values()),
        any(random, AlertStatus.values()),
        text(random),
        new IsolationAlert.Interval(any(random, Boundary.values()), moment(random), moment(random)),
        random.nextLong(),
        several(random, HostStateSerdeProperties::device),
        several(random, HostStateSerdeProperties::text),
        random.nextBoolean() ? null : cause(random),
        text(random),
        text(random),
        random.nextBoolean() ? null : evidence(random));
  }

  private static IsolationAlert.Moment moment(SplittableRandom random) {
    return new IsolationAlert.Moment(
        new Boot(
            text(random),
            text(random),
            text(random),
            text(random),
            random.nextInt(),
            random.nextInt()),
        random.nextLong());
  }

  private static AlertDevice device(SplittableRandom random) {
    return new AlertDevice(
        address(random),
        random.nextBoolean() ? null : address(random),
        new DevicePath(text(random)),
        text(random),
        text(random),
        optional(random),
        optional(random));
  }

  private static Cause cause(SplittableRandom random) {
    return new Cause(
        any(random, Cause.Kind.values()),
        random.nextBoolean() ? null : register(random),
        several(random, HostStateSerdeProperties::register),
        text(random));
  }

  private static RegisterChange register(SplittableRandom random) {
    return new RegisterChange(
        address(random),
        new DevicePath(text(random)),
        any(random, PortType.values()),
        random.nextInt(),
        u16(random),
        u16(random));
  }

  private static Evidence evidence(SplittableRandom random) {
    return new Evidence(
        new Evidence.Basis(
            text(random),
            any(random, BootClass.values()),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextInt(),
            random.nextInt()),
        new Evidence.Observed(text(random), random.nextLong(), random.nextLong()),
        any(random, Confidence.values()),
        several(random, some -> new Evidence.Fact(text(some), text(some), text(some))),
        several(
            random,
            some ->
                new Evidence.PortRegisters(
                    address(some),
                    new DevicePath(text(some)),
                    any(some, PortType.values()),
                    optional(some),
                    optional(some),
                    optional(some),
                    optional(some))),
        several(random, HostStateSerdeProperties::device));
  }

  private static @Nullable Integer optional(SplittableRandom random) {
    return random.nextBoolean() ? null : Integer.valueOf(random.nextInt(1 << random.nextInt(31)));
  }

  private static <T> List<T> several(SplittableRandom random, Function<SplittableRandom, T> one) {
    List<T> several = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      several.add(one.apply(random));
    }
    return several;
  }

  private static Snapshot snapshot(SplittableRandom random) {
    List<PciFunction> functions = new ArrayList<>();
    for (int i = random.nextInt(20); i > 0; i--) {
      functions.add(function(random));
    }
    List<OwnershipClaim> owners = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      owners.add(new OwnershipClaim(address(random), text(random), text(random)));
    }
    return new Snapshot(
        text(random),
        new Boot(
            text(random),
            text(random),
            text(random),
            text(random),
            random.nextInt(),
            random.nextInt()),
        any(random, BootClass.values()),
        random.nextLong(),
        random.nextLong(),
        random.nextBoolean(),
        random.nextBoolean(),
        functions,
        owners,
        List.of());
  }

  private static PciFunction function(SplittableRandom random) {
    return new PciFunction(
        address(random),
        new DevicePath(text(random)),
        new PciIds(u16(random), u16(random), random.nextInt(1 << 24)),
        new ConfigFacts(
            any(random, ReadStatus.values()),
            u16(random),
            new ConfigFacts.Header(
                random.nextInt(256),
                random.nextInt(256),
                u16(random),
                u16(random),
                random.nextBoolean(),
                random.nextInt(1 << 24),
                random.nextInt()),
            any(random, PortType.values()),
            random.nextBoolean()
                ? null
                : new AcsRegisters(u16(random), u16(random), u16(random), random.nextInt()),
            new ConfigFacts.Features(
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                u16(random),
                u16(random),
                random.nextLong()),
            random.nextInt(256)),
        new KernelView(
            random.nextInt(),
            text(random),
            text(random),
            new KernelView.Sriov(
                random.nextBoolean() ? null : address(random), u16(random), u16(random)),
            random.nextBoolean(),
            random.nextBoolean(),
            any(random, Preservation.values())));
  }

  private static PciAddress address(SplittableRandom random) {
    return new PciAddress(random.nextInt(Integer.MAX_VALUE), u16(random));
  }

  private static int u16(SplittableRandom random) {
    return random.nextInt(1 << 16);
  }

  private static String text(SplittableRandom random) {
    return TEXTS.get(random.nextInt(TEXTS.size())) + random.nextInt(3);
  }

  private static <E> E any(SplittableRandom random, E[] values) {
    return values[random.nextInt(values.length)];
  }
}
