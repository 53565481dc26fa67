package io.acswatch.wire.frame;

import static io.acswatch.wire.FrameLimits.*;

import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.snapshot.KexecEvent;
import java.util.List;

/**
 * Where everything lies in a frame of version 1; {@code FORMAT.md} explains. Little-endian; a
 * string is named by its number in the string table.
 *
 * <pre>
 *   header | functions | lines | scan order | owners | notes | string ends | string bytes
 *
 *   header     00 magic "ACSW"   04 major  05 minor  06 type  07 flags
 *              08 frame length   0C header length (16)  0E function entry length (16)
 *              10 functions      14 scan order entries  18 owners       1C notes
 *              20 lines          24 strings             28 string bytes 2C 0
 *              30 taken at (64)                         38 sequence (64)
 *              40 loader type    44 loader version      48 host         4C phase
 *              50 boot id        54 kernel release      58 kernel version  5C command line
 *
 *   heartbeat  60 state sequence (64)                   68 waiting      6C collector version
 *              70 waiting bytes (64)                    78 dropped frames (64)
 *   kexec      60 state sequence (64)                   68 step         6C target release
 *              70 target command line                   74 0
 *
 *   unchanged, up to 08 as above and then
 *              08 frame length   0C header length (16)  0E length of the boot id (16)
 *              10 looked at (64)                        18 sequence (64)
 *              20 state sequence (64)                   28 digest (128)
 *              38 boot id, then host id to the end
 *
 *   function   00 line mask (64)                        08 lines before 0C domain
 *              10 requester id (16)  12 read length (16)  14 status  15 flags
 *              16 vendor (16)        18 device (16)       1A enabled VFs (16)
 *              1C class code (24)    20 group             24 group type 28 driver
 *              2C sysfs path         30 removable         34 physfn domain
 *              38 physfn requester id (16)  3A total VFs (16)  3C 0
 *
 *   scan order 00 domain         04 requester id (16)   06 0
 *   owner      00 domain         04 requester id (16)   06 0  08 VM  0C source
 *   note       00 string
 *   string end 00 offset of the first byte after the string, from the start of the string bytes
 * </pre>
 */
final class FrameLayout {
  static final int MAGIC = 'A' | 'C' << 8 | 'S' << 16 | 'W' << 24;

  static final int MAJOR = 1;
  static final int MINOR = 0;

  /** Longest frame. What a topic accepts is set lower, with {@code max.message.bytes}. */
  static final int MAX_LENGTH = 64 << 20;

  /** Longest strings of the header, from the host on; the last is the command line. */
  static final int[] MAX_OF_HEADER = {
    MAX_HOST, MAX_NAME, MAX_BOOT_ID, MAX_KERNEL, MAX_KERNEL, MAX_STRING
  };

  static final int MAGIC_AT = 0x00;
  static final int MAJOR_AT = 0x04;
  static final int MINOR_AT = 0x05;
  static final int TYPE_AT = 0x06;
  static final int FLAGS_AT = 0x07;
  static final int FRAME_LENGTH_AT = 0x08;
  static final int HEADER_LENGTH_AT = 0x0C;
  static final int ENTRY_LENGTH_AT = 0x0E;
  static final int FUNCTION_COUNT_AT = 0x10;
  static final int SCAN_COUNT_AT = 0x14;
  static final int OWNER_COUNT_AT = 0x18;
  static final int NOTE_COUNT_AT = 0x1C;
  static final int LINE_COUNT_AT = 0x20;
  static final int STRING_COUNT_AT = 0x24;
  static final int STRING_BYTES_AT = 0x28;
  static final int TAKEN_AT_AT = 0x30;
  static final int SEQUENCE_AT = 0x38;
  static final int LOADER_TYPE_AT = 0x40;
  static final int LOADER_VERSION_AT = 0x44;
  static final int HOST_AT = 0x48;
  static final int PHASE_AT = 0x4C;
  static final int BOOT_ID_AT = 0x50;
  static final int KERNEL_RELEASE_AT = 0x54;
  static final int KERNEL_VERSION_AT = 0x58;
  static final int COMMAND_LINE_AT = 0x5C;
  static final int HEADER_LENGTH = 0x60;

  /** Where the header of a type goes on after what all types share. */
  static final int STATE_SEQUENCE_AT = 0x60;

  static final int WAITING_FRAMES_AT = 0x68;
  static final int COLLECTOR_VERSION_AT = 0x6C;
  static final int WAITING_BYTES_AT = 0x70;
  static final int DROPPED_FRAMES_AT = 0x78;
  static final int HEARTBEAT_HEADER_LENGTH = 0x80;

  static final int STEP_AT = 0x68;
  static final int TARGET_RELEASE_AT = 0x6C;
  static final int TARGET_COMMAND_LINE_AT = 0x70;
  static final int KEXEC_HEADER_LENGTH = 0x78;

  /** Fields of an unchanged frame, which has a short header of its own. */
  static final int BOOT_ID_LENGTH_AT = 0x0E;

  static final int LOOKED_AT_AT = 0x10;
  static final int UNCHANGED_SEQUENCE_AT = 0x18;
  static final int NAMED_SEQUENCE_AT = 0x20;
  static final int DIGEST_AT = 0x28;
  static final int UNCHANGED_HEADER_LENGTH = 0x38;

  /** Bytes that tell which reader a frame is for. */
  static final int PREFIX_LENGTH = 0x08;

  static final int KEXEC_LOADED = 1;

  static final int LINE_MASK_AT = 0x00;
  static final int LINES_BEFORE_AT = 0x08;
  static final int DOMAIN_AT = 0x0C;
  static final int REQUESTER_ID_AT = 0x10;
  static final int READ_LENGTH_AT = 0x12;
  static final int STATUS_AT = 0x14;
  static final int FUNCTION_FLAGS_AT = 0x15;
  static final int VENDOR_AT = 0x16;
  static final int DEVICE_AT = 0x18;
  static final int ENABLED_VFS_AT = 0x1A;
  static final int CLASS_AT = 0x1C;
  static final int GROUP_AT = 0x20;
  static final int GROUP_TYPE_AT = 0x24;
  static final int DRIVER_AT = 0x28;
  static final int SYSFS_PATH_AT = 0x2C;
  static final int REMOVABLE_AT = 0x30;
  static final int PHYSFN_DOMAIN_AT = 0x34;
  static final int PHYSFN_REQUESTER_ID_AT = 0x38;
  static final int TOTAL_VFS_AT = 0x3A;
  static final int ENTRY_LENGTH = 0x40;

  /** Flag of a function: ARI forwarding is on above it. */
  static final int ARI_ENABLED = 1;

  /** Flag of a function: it is a VF, and its PF is named. */
  static final int HAS_PHYSFN = 2;

  static final int LINE_LENGTH = LineSparseConfigSpace.LINE_LENGTH;
  static final int SCAN_LENGTH = 8;
  static final int OWNER_LENGTH = 16;
  static final int OWNER_VM_AT = 0x08;
  static final int OWNER_SOURCE_AT = 0x0C;
  static final int NOTE_LENGTH = 4;
  static final int STRING_END_LENGTH = 4;

  /** Strings a header and a function and an owner refer to; bounds the size of the string table. */
  static final int HEADER_STRINGS = 6;

  static final int FUNCTION_STRINGS = 4;
  static final int OWNER_STRINGS = 2;

  /** The place of a constant is its code in the bytes; that of a step from 1 on. */
  static final List<ReadStatus> READ_STATUSES = List.of(ReadStatus.values());

  static final List<KexecEvent.Step> STEPS = List.of(KexecEvent.Step.values());

  private FrameLayout() {}
}
