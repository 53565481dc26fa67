package io.acswatch.wire.facts;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.BootClass;
import java.util.List;

/**
 * The packed facts of a snapshot: all that a judgement asks of one frame, without its configuration
 * space, its time and its sequence number. Functions of one host are much alike, so a function is
 * what differs from the one before it (the first one: from zeros).
 *
 * <pre>
 *   facts     strings, then each as a text
 *             flags, boot class, loader type, loader version,
 *             host, boot id, release, version, command line, IOMMUs, live update,
 *             previous boot, machine   (strings)
 *             functions, then each function; owners, then each owner; addresses as they were
 *             grouped, then each
 *   function  mask of the {@link #FIELDS} that differ, the value of each of these, lowest bit first
 *             bytes of the place that are those of the place before, then the rest as a text
 *   owner     address, VM, source   (strings)
 *
 *   number    seven bits to a byte, lowest first; bit 7: another byte follows
 *   text      length in bytes, UTF-8
 *   string    its number; they are numbered as they come
 *   address   domain &lt;&lt; 16 | bus, device and function
 * </pre>
 *
 * <p>Equal snapshots give equal bytes. States keep facts in this form: another layout is another
 * version of the state.
 */
final class FactsLayout {
  static final int KEXEC_LOADED = 1;

  static final int ORDER_KNOWN = 1 << 1;

  static final int ADDRESS = 0;

  static final int IDS = 1; // vendor, device
  static final int CLASS = 2;
  static final int STATUS = 3;
  static final int PORT_TYPE = 4;
  static final int FLAGS = 5; // those below; preservation from bit 8 on
  static final int LENGTH = 6;
  static final int HEADER = 7; // header type, revision
  static final int SUBSYSTEM = 8; // vendor, device
  static final int ACS_OFFSET = 9;
  static final int ACS_REGISTERS = 10; // capability, control
  static final int ACS_SECOND_DWORD = 11;
  static final int GROUP = 12;
  static final int GROUP_TYPE = 13; // a string
  static final int DRIVER = 14; // a string
  static final int SERIAL_NUMBER = 15;
  static final int BUS_NUMBERS = 16;
  static final int ODDITIES = 17;
  static final int VF_LAYOUT = 18; // offset of the first VF, stride
  static final int VF_COUNTS = 19; // enabled, in total
  static final int PHYSICAL_FUNCTION = 20; // an address
  static final int CHIPSET_BASE = 21;
  static final int FIELDS = 22;

  static final int HAS_ACS = 1;

  static final int HAS_MEMORY_BAR = 1 << 1;
  static final int HAS_PHYSFN = 1 << 2;
  static final int ARI_ENABLED = 1 << 3;
  static final int EGRESS_OPEN = 1 << 4;
  static final int ATS_ENABLED = 1 << 5;
  static final int REMOVABLE = 1 << 6;
  static final int VFS_ENABLED = 1 << 7;
  static final int PRESERVATION_SHIFT = 8;

  /** The place of a constant is its code in the bytes. */
  static final List<ReadStatus> READ_STATUSES = List.of(ReadStatus.values());

  static final List<PortType> PORT_TYPES = List.of(PortType.values());

  static final List<BootClass> BOOT_CLASSES = List.of(BootClass.values());

  static final List<Preservation> PRESERVATIONS = List.of(Preservation.values());

  private FactsLayout() {}
}
