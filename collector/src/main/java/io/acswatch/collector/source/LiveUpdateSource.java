package io.acswatch.collector.source;

import io.acswatch.pci.snapshot.LiveUpdateAbility;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Looks whether a kernel can carry PCI devices through a live update: into its build configuration,
 * else, of the running kernel, into the names of its functions. The running kernel is asked once a
 * boot.
 */
public final class LiveUpdateSource {
  private static final String OWN_CONFIG = "/proc/config.gz";
  private static final String SYMBOLS = "/proc/kallsyms";
  private static final int LONGEST_CONFIG = 4 << 20;

  /** A list of functions that is shorter is no whole one. */
  private static final int FEWEST_SYMBOLS = 1_000;

  private final HostTree tree;
  private String bootId = "";
  private LiveUpdateAbility ofBoot = LiveUpdateAbility.UNKNOWN;

  public LiveUpdateSource(HostTree tree) {
    this.tree = tree;
  }

  synchronized LiveUpdateAbility ofRunning(String boot, String release) {
    if (!boot.equals(bootId)) {
      ofBoot = look(release);
      bootId = boot;
    }
    return ofBoot;
  }

  private LiveUpdateAbility look(String release) {
    try (InputStream packed = Files.newInputStream(tree.file(OWN_CONFIG));
        InputStream config = new GZIPInputStream(packed)) {
      return LiveUpdateAbility.ofConfig(OWN_CONFIG, text(config));
    } catch (IOException absent) {
      LiveUpdateAbility installed = ofInstalled(release);
      return installed.equals(LiveUpdateAbility.UNKNOWN) ? bySymbols() : installed;
    }
  }

  public LiveUpdateAbility ofInstalled(String release) {
    if (release.isEmpty() || release.contains("/") || release.contains(" ")) {
      return LiveUpdateAbility.UNKNOWN;
    }
    for (String file : List.of("/boot/config-" + release, "/lib/modules/" + release + "/config")) {
      try (InputStream config = Files.newInputStream(tree.file(file))) {
        return LiveUpdateAbility.ofConfig(file, text(config));
      } catch (IOException absent) {
        // there may be the other one
      }
    }
    return LiveUpdateAbility.UNKNOWN;
  }

  private static String text(InputStream config) throws IOException {
    return new String(config.readNBytes(LONGEST_CONFIG), StandardCharsets.UTF_8);
  }

  private LiveUpdateAbility bySymbols() {
    int count = 0;
    try (InputStream stream = Files.newInputStream(tree.file(SYMBOLS));
        BufferedReader names =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
      for (String line = names.readLine(); line != null; line = names.readLine()) {
        if (line.contains(" " + LiveUpdateAbility.SYMBOL)) {
          return LiveUpdateAbility.ofSymbols(SYMBOLS, true);
        }
        count++;
      }
    } catch (IOException absent) {
      return LiveUpdateAbility.UNKNOWN;
    }
    return count < FEWEST_SYMBOLS
        ? LiveUpdateAbility.UNKNOWN
        : LiveUpdateAbility.ofSymbols(SYMBOLS, false);
  }
}
