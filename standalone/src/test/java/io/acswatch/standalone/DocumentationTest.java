package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What pages refer to is there. {@link DocumentedCommandsIT} runs their commands. */
class DocumentationTest {
  private static final Pattern LISTED = Pattern.compile("(?m)^  ([a-z0-9]+)  +[a-z]");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[a-z].*?)\\|");
  private static final Pattern TOPIC = Pattern.compile("--topic acswatch\\.([a-z-]+)");
  private static final Pattern CODE = Pattern.compile("`([a-z-]+)`");
  private static final Pattern NAME = Pattern.compile("`([a-z][a-z0-9]*)");

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    List<String> broken = new ArrayList<>();
    for (String page : Documentation.pages()) {
      for (String link : Documentation.links(page)) {
        String[] fileAndAnchor = link.split("#", 2);
        Path target =
            fileAndAnchor[0].isEmpty()
                ? Path.of(page)
                : Path.of(page).resolveSibling(fileAndAnchor[0]).normalize();
        boolean leads = Files.exists(Documentation.TREE.resolve(target));
        if (leads && fileAndAnchor.length == 2) {
          leads = Documentation.anchors(target.toString()).contains(fileAndAnchor[1]);
        }
        if (!leads) {
          broken.add(page + ": " + link);
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  @Test
  void readmeListsTheCommandsThatThereAre() throws IOException {
    String readme = Files.readString(Documentation.TREE.resolve("README.md"));
    String table = readme.substring(readme.indexOf("\n## Commands\n"));
    Set<String> named = new TreeSet<>();
    for (MatchResult row :
        ROW.matcher(table.substring(0, table.indexOf("\n## ", 1))).results().toList()) {
      NAME.matcher(row.group(1)).results().forEach(name -> named.add(name.group(1)));
    }
    assertEquals(commands(), named);
  }

  @Test
  void everyCommandThatAPageNamesIsThere() throws IOException {
    Set<String> commands = commands();
    for (String page : Documentation.pages()) {
      assertEquals(
          List.of(),
          Documentation.calls(page).stream()
              .map(Documentation.Call::command)
              .filter(command -> !commands.contains(command))
              .toList(),
          page);
    }
  }

  @Test
  void everyBlockSaysItsLanguage() throws IOException {
    for (String page : Documentation.pages()) {
      for (Documentation.Block block : Documentation.blocks(page)) {
        assertFalse(block.language().isEmpty(), block + ": ```sh, ```text or another language");
      }
    }
  }

  /** What the table in {@code deploy/README.md} says of each role, by the script itself. */
  @Test
  void tableOfRolesSaysWhatTheScriptGrants() throws Exception {
    String page = Files.readString(Documentation.TREE.resolve("deploy/README.md"));
    for (String role : List.of("collector", "streams", "consumer", "operator")) {
      String granted =
          Deployment.run(
              Deployment.DIRECTORY,
              "kafka/acls",
              "--bootstrap-servers",
              "B",
              "--dry-run",
              "--" + role,
              "User:test");
      String row =
          page.lines()
              .filter(line -> line.startsWith("| " + role + " |"))
              .findFirst()
              .orElseThrow();
      String[] cells = row.split("[|]");
      assertEquals(topicsGranted(granted, "Read"), topicsNamed(cells[2]), role + " reads");
      assertEquals(topicsGranted(granted, "Write"), topicsNamed(cells[3]), role + " writes");
    }
  }

  private static Set<String> topicsGranted(String commands, String operation) {
    return commands
        .lines()
        .filter(line -> line.contains("--operation " + operation + " "))
        .flatMap(line -> TOPIC.matcher(line).results())
        .map(topic -> topic.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> topicsNamed(String cell) {
    return CODE.matcher(cell)
        .results()
        .map(topic -> topic.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The commands that {@code acswatch --help} lists. */
  private static Set<String> commands() throws IOException {
    String launcher = Files.readString(Documentation.TREE.resolve("acswatch"));
    String usage =
        launcher.substring(
            launcher.indexOf("Usage: acswatch COMMAND"), launcher.indexOf("\nEND\n"));
    return LISTED
        .matcher(usage)
        .results()
        .map(line -> line.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
