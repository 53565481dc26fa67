package io.acswatch.collector.posted;

import io.acswatch.collector.source.ownership.LibvirtDomain;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.PostedHost;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a support report that tell of PCI: those of a sosreport or of SUSE's supportconfig.
 * The report of Proxmox VE is one text, which {@link PostedHost#addText} reads.
 *
 * <pre>
 *   sosreport       ROOT/proc/bus/pci/BB/DD.F            raw configuration space
 *                   ROOT/sos_commands/pci/lspci_-nnvv    (older: lspci_-nvv, lspci)
 *                   ROOT/sos_commands/kernel/dmesg       (older: general/dmesg, var/log/dmesg)
 *                   ROOT/sos_commands/kernel/uname_-a    ROOT/proc/cmdline
 *                   ROOT/proc/sys/kernel/random/boot_id  ROOT/sys/kernel/kexec_loaded
 *                   ROOT/etc/libvirt/qemu/NAME.xml       ROOT/run/libvirt/qemu/NAME.xml
 *   supportconfig   ROOT/hardware.txt   lspci -nn, lspci -vvv, /proc/cmdline
 *                   ROOT/boot.txt       uname -a, /proc/cmdline, dmesg -T
 *                   ROOT/crash.txt      /sys/kernel/kexec_loaded
 * </pre>
 *
 * <p>The root is the folder that holds {@code sos_commands}, or {@code hardware.txt}.
 */
final class Report {
  private static final int MAX_DEPTH = 40;
  private static final int MAX_KEPT_FILES = 100_000;
  private static final int MAX_FILE_BYTES = 64 << 20;
  private static final long MAX_KEPT_BYTES = 256L << 20;

  private static final Pattern ROOT = Pattern.compile("(|.*/)(?:sos_commands/.*|hardware\\.txt)");
  private static final Pattern CONFIG =
      Pattern.compile("proc/bus/pci/((?:[0-9a-f]{4,8}:)?)([0-9a-f]{2})/([01][0-9a-f]\\.[0-7])");
  private static final Pattern TEXT =
      Pattern.compile(
          "sos_commands/pci/lspci(?:_-n?nvv+)?|sos_commands/(?:kernel|general)/(?:dmesg|uname_-a)"
              + "|var/log/dmesg|proc/cmdline|(?:hardware|boot|crash|basic-environment)\\.txt");
  private static final Pattern DOMAIN =
      Pattern.compile("(?:etc|run|var/run)/libvirt/qemu/[^/\\p{Cntrl}]+\\.xml");
  private static final String BOOT_ID = "proc/sys/kernel/random/boot_id";
  private static final String KEXEC = "sys/kernel/kexec_loaded";
  private static final String COMMAND_LINE = "proc/cmdline";

  private final String source;
  private final Map<String, byte[]> files = new TreeMap<>();
  private String root = "";
  private boolean hasRoot;
  private long keptBytes;

  Report(String source) {
    this.source = source;
  }

  /** Takes all files below a directory that may be of use; follows no link. */
  void addAll(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        java.util.Set.of(),
        MAX_DEPTH,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              String name = directory.relativize(file).toString();
              if (isOfUse(name)) {
                try (InputStream content = Files.newInputStream(file)) {
                  add(name, content);
                }
              } else {
                root(name);
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
            return FileVisitResult.CONTINUE; // other people's files; what is missing is told
          }
        });
  }

  /** Takes one file if it may be of use. */
  void add(String path, InputStream content) throws IOException {
    String name = path.startsWith("./") ? path.substring(2) : path;
    root(name);
    if (!isOfUse(name)) {
      return;
    }
    byte[] bytes = content.readNBytes(MAX_FILE_BYTES + 1);
    keptBytes += bytes.length;
    if (bytes.length > MAX_FILE_BYTES) {
      throw new InputException(source, InputException.quote(name) + " is longer than 64 MiB");
    }
    if (files.size() == MAX_KEPT_FILES || keptBytes > MAX_KEPT_BYTES) {
      throw new InputException(source, "too much in it: 100,000 files or 256 MiB about PCI");
    }
    files.put(name, bytes);
  }

  /** The root nearest to the top; reports can hold reports. */
  private void root(String name) {
    Matcher matcher = ROOT.matcher(name);
    if (matcher.matches() && (!hasRoot || matcher.group(1).length() < root.length())) {
      root = matcher.group(1);
      hasRoot = true;
    }
  }

  private static boolean isOfUse(String name) {
    for (int from = 0; from >= 0; from = name.indexOf('/', from) + 1) {
      String rest = name.substring(from);
      if (CONFIG.matcher(rest).matches()
          || TEXT.matcher(rest).matches()
          || DOMAIN.matcher(rest).matches()
          || rest.equals(BOOT_ID)
          || rest.equals(KEXEC)) {
        return true;
      }
      if (name.indexOf('/', from) < 0) {
        return false;
      }
    }
    return false;
  }

  /** True if it looks like a report. */
  boolean hasRoot() {
    return hasRoot;
  }

  /** Tells what was found, or refuses if this is no report. */
  void tell(PostedHost host) throws IOException {
    if (!hasRoot) {
      throw new InputException(
          source, "no sosreport (sos_commands) and no supportconfig (hardware.txt) in it");
    }
    boolean raw = false;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (file.getKey().startsWith(root)) {
        String name = file.getKey().substring(root.length());
        raw |= CONFIG.matcher(name).matches();
        tell(name, file.getValue(), host);
      }
    }
    if (!raw) {
      host.missing(
          "raw configuration space, which supportconfig never has and newer 'sos clean' drops",
          "sos report --clean --keep-binary-files");
    }
  }

  private void tell(String name, byte[] content, PostedHost host) throws IOException {
    String from = source + ": " + name;
    Matcher config = CONFIG.matcher(name);
    if (config.matches()) {
      String at = config.group(1) + config.group(2) + ":" + config.group(3);
      PciAddress address = PciAddress.parseOrNull(at);
      if (address != null && content.length <= ConfigSpace.EXTENDED_LENGTH) {
        host.addConfig(source + ": proc/bus/pci", address, content);
      }
    } else if (DOMAIN.matcher(name).matches()) {
      owners(from, content, host);
    } else if (name.equals(BOOT_ID)) {
      host.bootId(text(content), from);
    } else if (name.equals(KEXEC)) {
      if (text(content).equals("1")) {
        host.kexecLoaded();
      }
    } else if (name.equals(COMMAND_LINE)) {
      host.commandLine(text(content), from);
    } else {
      host.addRemarks(from, new ByteArrayInputStream(content));
    }
  }

  private static String text(byte[] content) {
    return new String(content, StandardCharsets.UTF_8).strip();
  }

  private static void owners(String from, byte[] xml, PostedHost host) {
    try {
      LibvirtDomain domain = LibvirtDomain.parse(xml);
      for (PciAddress device : domain.devices()) {
        host.addOwner(from, new OwnershipClaim(device, domain.vm(), "libvirt"));
      }
    } catch (IOException noDomain) {
      // Networks and pools lie beside the domains; what is not XML owns nothing.
    }
  }
}
