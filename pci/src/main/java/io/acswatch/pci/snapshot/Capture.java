package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import java.util.List;
import java.util.stream.IntStream;

/**
 * All PCI functions of one host at one moment, undecoded: what the collector reads, a capture file
 * holds and a frame carries. Complete by construction; half a host is never one.
 *
 * @param host id of the host, empty if the source does not say
 * @param phase word for the moment, for example {@code before}; empty if none
 * @param takenAtMillis wall clock when it was taken, milliseconds since 1970, 0 if unknown
 * @param sequence rises with every capture of a boot; 0 if unknown
 * @param scanOrder the kernel's own device list order, in which groups were given out; empty if
 *     unknown
 * @param functions in ascending order of address
 * @param owners claims of VMs on functions
 * @param notes free text: what happened before; then kernel log lines, each after {@link
 *     #KERNEL_LOG_PREFIX}
 */
public record Capture(
    String host,
    String phase,
    Boot boot,
    long takenAtMillis,
    long sequence,
    boolean kexecLoaded,
    List<PciAddress> scanOrder,
    List<CapturedFunction> functions,
    List<OwnershipClaim> owners,
    List<String> notes) {
  /** Begins a note that is a line of the kernel log. */
  public static final String KERNEL_LOG_PREFIX = "dmesg: ";

  /** Begins the collector's note on the kernel log, where it could not read it. */
  public static final String KERNEL_LOG_UNREAD = "kernel log not read: ";

  /** The collector's note that it read the kernel log; the lines that matter are beside it. */
  public static final String KERNEL_LOG_READ = "kernel log read";

  /** True if a note is of the kernel log, or says how reading it went. */
  public static boolean isOfKernelLog(String note) {
    return note.startsWith(KERNEL_LOG_PREFIX)
        || note.equals(KERNEL_LOG_READ)
        || note.startsWith(KERNEL_LOG_UNREAD);
  }

  /** True if these notes hold what the kernel log says, if only that it says nothing. */
  public static boolean holdKernelLog(List<String> notes) {
    return notes.stream()
        .anyMatch(note -> isOfKernelLog(note) && !note.startsWith(KERNEL_LOG_UNREAD));
  }

  public Capture {
    scanOrder = List.copyOf(scanOrder);
    functions = List.copyOf(functions);
    owners = List.copyOf(owners);
    notes = List.copyOf(notes);
  }

  /** True if nothing differs but the moment: phase, time and sequence number. */
  public boolean saysTheSameAs(Capture other) {
    return host.equals(other.host)
        && boot.equals(other.boot)
        && kexecLoaded == other.kexecLoaded
        && scanOrder.equals(other.scanOrder)
        && owners.equals(other.owners)
        && notes.equals(other.notes)
        && functions.size() == other.functions.size()
        && IntStream.range(0, functions.size())
            .allMatch(i -> functions.get(i).isSameAs(other.functions.get(i)));
  }

  public Capture withOwners(List<OwnershipClaim> claims) {
    return copy(host, sequence, takenAtMillis, claims);
  }

  public Capture withHost(String newHost, long newSequence, long newTakenAtMillis) {
    return copy(newHost, newSequence, newTakenAtMillis, owners);
  }

  private Capture copy(
      String host, long sequence, long takenAtMillis, List<OwnershipClaim> owners) {
    return new Capture(
        host,
        phase,
        boot,
        takenAtMillis,
        sequence,
        kexecLoaded,
        scanOrder,
        functions,
        owners,
        notes);
  }
}
