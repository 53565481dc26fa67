package io.acswatch.streams.state;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.wire.facts.PackedInput;
import io.acswatch.wire.facts.PackedOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * The open alerts of a state, one after the other, with what {@link
 * io.acswatch.wire.json.AlertJson} tells of them. Each text is there once, constants are the texts
 * of their names, and a number that may be unknown is 0 or one more than it is.
 */
final class PackedAlerts {
  private static final byte[] NOTHING = {};
  private static final int EXPECTED_LENGTH = 512;

  private PackedAlerts() {}

  /** No bytes where none is open. */
  static byte[] write(List<IsolationAlert> alerts) {
    if (alerts.isEmpty()) {
      return NOTHING;
    }
    Writer writer = new Writer();
    alerts.forEach(writer::put);
    return writer.out.bytes();
  }

  /** IllegalArgumentException or IndexOutOfBoundsException if the bytes are damaged. */
  static List<IsolationAlert> read(int count, byte[] bytes, int offset, int length) {
    if (count == 0 && length == 0) {
      return List.of();
    }
    Reader reader = new Reader(new PackedInput(bytes, offset, length));
    List<IsolationAlert> alerts = reader.list(count, reader::alert);
    reader.in.close();
    return alerts;
  }

  private static final class Writer {
    private final PackedOutput out = new PackedOutput(EXPECTED_LENGTH);

    void put(IsolationAlert alert) {
      out.put(alert.fingerprint());
      out.put(Integer.toUnsignedLong(alert.revision()));
      put(alert.code());
      put(alert.severity());
      put(alert.status());
      out.put(alert.host());
      put(alert.interval().boundary());
      put(alert.interval().before());
      put(alert.interval().after());
      out.put(alert.raisedAtMillis());
      put(alert.devices(), this::put);
      put(alert.vms(), out::put);
      ifThere(alert.cause(), this::put);
      out.put(alert.headline());
      out.put(alert.nextStep());
      ifThere(alert.evidence(), this::put);
    }

    private void put(IsolationAlert.Moment moment) {
      Boot boot = moment.boot();
      out.put(boot.id());
      out.put(boot.kernelRelease());
      out.put(boot.kernelVersion());
      out.put(boot.commandLine());
      out.put(Integer.toUnsignedLong(boot.loader().type()));
      out.put(Integer.toUnsignedLong(boot.loader().version()));
      out.put(moment.takenAtMillis());
    }

    private void put(AlertDevice device) {
      put(device.address());
      ifThere(device.addressBefore(), this::put);
      out.put(device.path().text());
      out.put(device.owner());
      out.put(device.driver());
      put(device.groupBefore());
      put(device.groupAfter());
    }

    private void put(Cause cause) {
      put(cause.kind());
      ifThere(cause.register(), this::put);
      put(cause.alsoChanged(), this::put);
      out.put(cause.explanation());
    }

    private void put(RegisterChange change) {
      put(change.port());
      out.put(change.path().text());
      put(change.portType());
      out.put(Integer.toUnsignedLong(change.registerOffset()));
      out.put(Integer.toUnsignedLong(change.before()));
      out.put(Integer.toUnsignedLong(change.after()));
    }

    private void put(Evidence evidence) {
      Evidence.Basis basis = evidence.basis();
      out.put(basis.platform());
      put(basis.bootClass());
      put(basis.partial());
      put(basis.privileged());
      out.put(Integer.toUnsignedLong(basis.functions()));
      out.put(Integer.toUnsignedLong(basis.unread()));
      out.put(evidence.observed().bootId());
      out.put(evidence.observed().takenAtMillis());
      out.put(evidence.observed().sequence());
      put(evidence.confidence());
      put(evidence.facts(), this::put);
      put(evidence.ports(), this::put);
      put(evidence.members(), this::put);
    }

    private void put(Evidence.Fact fact) {
      out.put(fact.name());
      out.put(fact.before());
      out.put(fact.after());
    }

    private void put(Evidence.PortRegisters port) {
      put(port.port());
      out.put(port.path().text());
      put(port.type());
      put(port.capabilityBefore());
      put(port.capabilityAfter());
      put(port.controlBefore());
      put(port.controlAfter());
    }

    private void put(PciAddress address) {
      out.put((long) address.domain() << Short.SIZE | address.requesterId());
    }

    private void put(Enum<?> constant) {
      out.put(constant.name());
    }

    private void put(boolean flag) {
      out.put(flag ? 1 : 0);
    }

    private void put(@Nullable Integer number) {
      out.put(number == null ? 0 : Integer.toUnsignedLong(number) + 1);
    }

    private <T> void put(List<T> items, Consumer<T> put) {
      out.put(items.size());
      for (T item : items) {
        put.accept(item);
        if (out.length() > Changelogs.MAX_RECORD_BYTES) { // before memory for all is used
          throw new RecordTooLargeException(
              "the state of its host would have more than %d bytes"
                  .formatted(Changelogs.MAX_RECORD_BYTES));
        }
      }
    }

    private <T> void ifThere(@Nullable T item, Consumer<T> put) {
      put(item != null);
      if (item != null) {
        put.accept(item);
      }
    }
  }

  private record Reader(PackedInput in) {
    IsolationAlert alert() {
      return new IsolationAlert(
          in.string(),
          number(),
          constant(AlertCode.class),
          constant(Severity.class),
          constant(AlertStatus.class),
          in.string(),
          new IsolationAlert.Interval(constant(Boundary.class), moment(), moment()),
          in.number(),
          list(this::device),
          list(in::string),
          ifThere(this::cause),
          in.string(),
          in.string(),
          ifThere(this::evidence));
    }

    private IsolationAlert.Moment moment() {
      return new IsolationAlert.Moment(
          new Boot(in.string(), in.string(), in.string(), in.string(), number(), number()),
          in.number());
    }

    private AlertDevice device() {
      return new AlertDevice(
          address(),
          ifThere(this::address),
          path(),
          in.string(),
          in.string(),
          optionalNumber(),
          optionalNumber());
    }

    private Cause cause() {
      return new Cause(
          constant(Cause.Kind.class), ifThere(this::register), list(this::register), in.string());
    }

    private RegisterChange register() {
      return new RegisterChange(
          address(), path(), constant(PortType.class), number(), number(), number());
    }

    private Evidence evidence() {
      return new Evidence(
          new Evidence.Basis(
              in.string(), constant(BootClass.class), flag(), flag(), number(), number()),
          new Evidence.Observed(in.string(), in.number(), in.number()),
          constant(Confidence.class),
          list(() -> new Evidence.Fact(in.string(), in.string(), in.string())),
          list(this::port),
          list(this::device));
    }

    private Evidence.PortRegisters port() {
      return new Evidence.PortRegisters(
          address(),
          path(),
          constant(PortType.class),
          optionalNumber(),
          optionalNumber(),
          optionalNumber(),
          optionalNumber());
    }

    private PciAddress address() {
      long number = in.number();
      return new PciAddress((int) (number >>> Short.SIZE), (int) number & 0xFFFF);
    }

    private DevicePath path() {
      return new DevicePath(in.string());
    }

    private <E extends Enum<E>> E constant(Class<E> type) {
      return Enum.valueOf(type, in.string());
    }

    private boolean flag() {
      return in.number() != 0;
    }

    private int number() {
      return (int) in.number();
    }

    private @Nullable Integer optionalNumber() {
      long number = in.number();
      return number == 0 ? null : Integer.valueOf((int) (number - 1));
    }

    private <T> List<T> list(Supplier<T> item) {
      return list(in.count(1), item);
    }

    private <T> List<T> list(int count, Supplier<T> item) {
      List<T> items = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        items.add(item.get());
      }
      return items;
    }

    private <T> @Nullable T ifThere(Supplier<T> item) {
      return flag() ? item.get() : null;
    }
  }
}
