package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.ExitCode;
import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.spool.SigningKey;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  private static final PciAddress NIC = PciAddress.parse("0000:06:00.0");

  @TempDir private Path directory;
  private FixtureHost host;

  @BeforeEach
  void buildHost() throws IOException {
    host =
        FixtureHost.of(
            TestCaptures.read("switch-before.cap"), Files.createDirectory(directory.resolve("h")));
  }

  @Test
  void isContentWithAHostThatShowsAll() {
    CommandRun run = check();

    assertEquals(ExitCode.OK, run.exitCode());
    assertTrue(run.out().contains("ok       config               32 functions: "), run.out());
    assertTrue(run.out().contains("26 IOMMU groups"), run.out());
    assertTrue(run.out().contains("/sys/kernel/kexec_loaded: no image"), run.out());
  }

  @Test
  void saysWhetherLiveUpdatesCanBeSeen() throws IOException {
    assertTrue(check().out().contains("limited  kernel-log"), check().out());
    assertTrue(check().out().contains("kernel-log.conf"), check().out());
    assertTrue(check().out().contains("nothing shows whether the kernel can"), check().out());

    host.write("/dev/kmsg", "6,1,1500,-;Linux version 7.3.4\n");
    host.write("/proc/kallsyms", "0000000000000000 T pci_liveupdate_preserve\n");
    assertTrue(check().out().contains("ok       kernel-log"), check().out());
    assertTrue(check().out().contains("live update: can; /proc/kallsyms has"), check().out());
  }

  @Test
  void failsWithoutPrivilegeAndSaysWhichIsMissing() throws IOException {
    Path config = host.path(host.realDirectory(NIC) + "/config");
    Files.write(config, Arrays.copyOf(Files.readAllBytes(config), 64));

    CommandRun run = check();

    assertEquals(ExitCode.FINDING, run.exitCode());
    assertTrue(run.out().contains("failed   config"), run.out());
    assertTrue(run.out().contains("CAP_SYS_ADMIN"), run.out());
  }

  @Test
  void namesDevicesThatNobodyClaimsAndConflicts() throws IOException {
    host.link("/sys/bus/pci/drivers/vfio-pci/" + NIC, host.realDirectory(NIC));
    assertTrue(check().out().contains("owner unknown: [0000:06:00.0]"));

    host.write("/etc/acswatch/owners.d/a.owners", "owner\t06:00.0\tvm1\ta\n");
    assertTrue(check().out().contains("every device held for VMs has an owner"));

    host.write("/etc/acswatch/owners.d/b.owners", "owner\t06:00.0\tvm2\tb\n");
    assertTrue(
        check().out().contains("0000:06:00.0 is claimed by vm1 (drop-in a.owners: a since "));
  }

  @Test
  void capturesCarryTheSameOwners() throws IOException {
    host.write("/etc/acswatch/owners.d/a.owners", "owner\t06:00.0\tvm1\ta\n");
    Files.setLastModifiedTime(
        host.path("/etc/acswatch/owners.d/a.owners"), FileTime.from(Instant.EPOCH));

    CommandRun run = CommandRun.of("capture", "--root", host.root().toString());

    String line = "owner\t0000:06:00.0\tvm1\tdrop-in a.owners: a since 1970-01-01T00:00:00Z";
    assertTrue(run.outLines().contains(line), run.out());
  }

  @Test
  void looksAtSpoolAndBrokerOnRequest() throws IOException {
    CommandRun json = check("--spool", directory.toString(), "--output", "json");
    assertEquals(ExitCode.OK, json.exitCode());
    assertTrue(json.out().contains("{\"subject\":\"spool\",\"state\":\"ok\""), json.out());

    assertFalse(json.out().contains("signing"), json.out());
    Path conf =
        Files.writeString(directory.resolve("conf"), "collector.sign=yes\ncollector.host.id=h7\n");
    CommandRun none = check("--spool", directory.toString(), "--config", conf.toString());
    assertTrue(none.out().contains("no key in " + directory + " yet"), none.out());
    assertTrue(none.out().contains("sends as h7\n"), none.out());
    String key = SigningKey.keep(directory, null).text();
    CommandRun signing = check("--spool", directory.toString(), "--config", conf.toString());
    assertTrue(signing.out().contains("frames are signed by " + key + "\n"), signing.out());
    Files.writeString(directory.resolve(SigningKey.FILE), key);
    CommandRun damaged = check("--spool", directory.toString(), "--config", conf.toString());
    assertEquals(ExitCode.FINDING, damaged.exitCode());
    assertTrue(damaged.out().contains("failed   signing"), damaged.out());
    assertTrue(damaged.out().contains("frames are not signed: "), damaged.out());

    CommandRun run = check("--spool", directory + "/none", "--bootstrap-servers", "127.0.0.1:1");

    assertEquals(ExitCode.FINDING, run.exitCode());
    assertTrue(run.out().contains("failed   spool"), run.out());
    assertTrue(
        run.out().contains("no broker can be reached at 127.0.0.1:1: Connection refused"),
        run.out());
  }

  @Test
  void saysThatThereIsNoHost() {
    CommandRun run = CommandRun.of("check", "--root", directory.toString());

    assertEquals(ExitCode.FINDING, run.exitCode());
    assertTrue(run.out().contains("failed   host"), run.out());
  }

  private CommandRun check(String... more) {
    String[] arguments = {"check", "--root", host.root().toString()};
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return CommandRun.of(all);
  }
}
