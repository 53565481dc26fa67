package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is, and what must not be, on the class path of the program as it is installed. */
class LibrariesIT {
  private static final Path LIBRARIES = Path.of("target", "acswatch", "lib");

  @Test
  void noAnalyticsAndNoNativeHelpersAreInstalled() throws IOException {
    assertEquals(List.of(), unwanted(installed()));
  }

  @Test
  void noAnalyticsAndNoNativeHelpersAreOnTheTestClassPath() {
    List<String> names =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).getFileName().toString())
            .toList();

    assertTrue(
        names.stream().anyMatch(name -> name.startsWith("chronicle-bytes-")), names::toString);
    assertEquals(List.of(), unwanted(names));
    assertThrows(
        ClassNotFoundException.class,
        () -> Class.forName("net.openhft.chronicle.analytics.Analytics"));
  }

  @Test
  void eachLibraryIsInstalledOnce() throws IOException {
    Map<String, List<String>> versions =
        installed().stream()
            .collect(
                Collectors.groupingBy(
                    jar -> jar.replaceFirst("-[0-9][0-9.]*.*\\.jar$", ""),
                    TreeMap::new,
                    Collectors.toList()));
    versions.values().removeIf(jars -> jars.size() == 1);

    assertEquals(Map.of(), versions);
  }

  private static List<String> installed() throws IOException {
    try (Stream<Path> jars = Files.list(LIBRARIES)) {
      List<String> names = jars.map(jar -> jar.getFileName().toString()).sorted().toList();
      assertTrue(names.size() > 20, () -> "only " + names);
      return names;
    }
  }

  private static List<String> unwanted(List<String> jars) {
    return jars.stream()
        .filter(jar -> jar.matches("(chronicle-analytics|posix|jna|jnr-|jffi|log4j-core).*"))
        .toList();
  }
}
