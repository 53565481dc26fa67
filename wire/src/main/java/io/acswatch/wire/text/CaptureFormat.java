package io.acswatch.wire.text;

/**
 * Words of the {@code pci-capture 1} text format, shared by reader and writer.
 *
 * <p>UTF-8; every line but the first is a key, a tab and values separated by tabs. Unknown keys are
 * ignored. Beyond what the format had when the first captures were taken we write
 *
 * <pre>
 *   host         TAB  id of the host
 *   taken_at     TAB  RFC 3339 instant, read to the millisecond: 2026-11-23T07:48:09.250Z
 *   sequence     TAB  number of the capture within its boot, from 1
 *   read_status  TAB  address TAB a {@link io.acswatch.pci.config.ReadStatus} other than COMPLETE
 *   owner        TAB  address TAB VM TAB who says so
 *   end          TAB  number of functions; the last line, so that a cut file is known for one
 * </pre>
 *
 * which older readers skip. A function that was not read at all has length 0, no hex digits and a
 * {@code read_status} line; one that was cut short has the length that was read.
 */
final class CaptureFormat {
  static final String MAGIC = "# pci-capture ";
  static final String HEADER = MAGIC + "1";

  static final String PHASE = "phase";
  static final String NOTE = "note";
  static final String KERNEL_RELEASE = "kernel_release";

  /** Stands for a release that nobody told. */
  static final String UNKNOWN_RELEASE = "unknown";

  static final String KERNEL_VERSION = "kernel_version";
  static final String COMMAND_LINE = "cmdline";
  static final String BOOT_ID = "boot_id";
  static final String BOOTLOADER_TYPE = "bootloader_type";
  static final String BOOTLOADER_VERSION = "bootloader_version";
  static final String KEXEC_LOADED = "kexec_loaded";
  static final String SCAN_ORDER = "scan_order";
  static final String GROUP = "group";
  static final String DEVICE = "dev";
  static final String KERNEL_LOG = "dmesg";
  static final String HOST = "host";
  static final String TAKEN_AT = "taken_at";
  static final String SEQUENCE = "sequence";
  static final String READ_STATUS = "read_status";
  static final String OWNER = "owner";
  static final String END = "end";

  static final int DEVICE_FIELDS = 14;
  static final int GROUP_FIELDS = 3;
  static final int OWNER_FIELDS = 3;
  static final int READ_STATUS_FIELDS = 2;

  /** Highest number of VFs: the registers have 16 bits. */
  static final int MAX_VFS = 0xFFFF;

  private CaptureFormat() {}
}
