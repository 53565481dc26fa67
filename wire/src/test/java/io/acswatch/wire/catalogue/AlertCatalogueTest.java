package io.acswatch.wire.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.NextSteps;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.judge.TimeLimits;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The pages in {@code docs/alerts} are the source of what each code means, and agree with what the
 * code does. Their examples were judged; {@code -Dgolden.update=true} writes those anew.
 */
class AlertCatalogueTest {
  private static final Path INDEX = CataloguePage.DIRECTORY.resolve("README.md");
  private static final String IN_EVERY_ALERT =
      "Host, boots, kernels with their models, times, devices, privilege and completeness of the"
          + " read stand in every alert. Here also: ";

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void pageHasEachSectionOnce(AlertCode code) throws IOException {
    CataloguePage page = CataloguePage.of(code);

    assertEquals(code.name(), page.title());
    assertEquals(CataloguePage.TITLES, List.copyOf(page.sections().keySet()));
    assertFalse(page.meaning().isBlank());
    page.sections().forEach((title, text) -> assertFalse(text.isBlank(), title));
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void pageNamesTheSeverityOfItsExample(AlertCode code) throws IOException {
    String severity = CataloguePage.of(code).section("Severity");
    String label = example(code).severity().label();

    assertTrue(
        severity.toLowerCase(Locale.ROOT).matches(".*\\b" + label + "\\b.*"), () -> severity);
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void pageSaysWhatEndsTheAlert(AlertCode code) throws IOException {
    String waits =
        raisesEarlier(code, TimeLimits.NONE)
            ? "It waits before it is raised: two snapshots in a row that are 30 seconds apart or"
                + " more, by the times in the snapshots. "
            : "";
    String ends =
        code.lifetime() == AlertCode.Lifetime.EVENT
            ? "An event: resolved by the next boot, unless that shows it again."
            : "A condition: open over any number of boots, resolved by the first snapshot in which"
                + " it does not hold.";

    assertEquals(waits + ends, CataloguePage.of(code).section("Open until"));
  }

  /** True if the story of a code raises it before its end where nothing waits. */
  private static boolean raisesEarlier(AlertCode code, TimeLimits limits) {
    List<Snapshot> story = Scenarios.all().get(code).raises();
    HostState state = HostState.NONE;
    for (Snapshot snapshot : story.subList(0, story.size() - 1)) {
      state = Judgement.apply(state, snapshot, limits).state();
    }
    return state.open().stream().anyMatch(alert -> alert.code() == code);
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void pageNamesTheEvidenceOfItsExample(AlertCode code) throws IOException {
    String text = CataloguePage.of(code).section("Evidence");
    Evidence evidence = example(code).evidence();

    assertTrue(text.startsWith(IN_EVERY_ALERT), text);
    assertTrue(evidence.facts().isEmpty() || text.contains("`facts`"), text);
    assertTrue(evidence.ports().isEmpty() || text.contains("`ports`"), text);
    assertTrue(evidence.members().isEmpty() || text.contains("`members`"), text);
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void pageHasTheNextStepOfTheAlert(AlertCode code) throws IOException {
    String step = NextSteps.of(code);
    if (code.isMerge()) {
      String other = NextSteps.afterLiveUpdate(code);
      String more = other.startsWith(step) ? other.substring(step.length() + 1) : other;
      step += " Where a live update adopted the port at fault: " + more;
    } else if (code == AlertCode.PRESERVATION_REFUSED) {
      step += " After a boot that did not adopt it: " + NextSteps.AFTER_LOST_DEVICE;
    }
    assertEquals(step, CataloguePage.of(code).section("What to do next"));
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void pageShowsTheAlertThatItsStoryRaises(AlertCode code) throws IOException {
    String example = CataloguePage.example(example(code));
    Path file = CataloguePage.file(code);
    if (Boolean.getBoolean("golden.update")) {
      String page = Files.readString(file);
      String mark = "## " + CataloguePage.EXAMPLE + "\n";
      Files.writeString(file, page.substring(0, page.indexOf(mark) + mark.length()) + example);
    }
    assertEquals(example, CataloguePage.of(code).section(CataloguePage.EXAMPLE), file::toString);
  }

  @Test
  void indexNamesEveryCodeTheMostUrgentFirst() throws IOException {
    List<IsolationAlert> examples =
        Stream.of(AlertCode.values())
            .map(AlertCatalogueTest::example)
            .sorted(
                Comparator.comparing(IsolationAlert::severity)
                    .reversed()
                    .thenComparing(alert -> alert.code().name()))
            .toList();
    List<String> rows = new ArrayList<>();
    Set<String> meanings = new HashSet<>();
    for (IsolationAlert example : examples) {
      AlertCode code = example.code();
      CataloguePage page = CataloguePage.of(code);
      rows.add(
          "| [`%s`](%s.md) | %s | %s |"
              .formatted(code, code, page.shortSeverity(), page.meaning()));
      assertTrue(meanings.add(page.meaning()), code + " means the same as another code");
    }

    assertEquals(
        rows, Files.readAllLines(INDEX).stream().filter(line -> line.startsWith("| [")).toList());
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void runbookSaysWhatThePageSays(AlertCode code) throws IOException {
    CataloguePage page = CataloguePage.of(code);
    String runbook = Files.readString(Path.of("../deploy/RUNBOOK.md"));
    String section = runbook.substring(runbook.indexOf("\n## " + code + "\n"));
    String first = section.substring(section.indexOf('\n', 1) + 1, section.indexOf("\n\n"));

    assertEquals(
        "%s. [%s](../docs/alerts/%s.md)."
            .formatted(page.shortSeverity(), page.meaning().replaceFirst("[.]$", ""), code),
        first.replace('\n', ' '));
  }

  @Test
  void hasNoPageOfACodeThatIsGone() throws IOException {
    Set<String> codes =
        Stream.of(AlertCode.values())
            .map(Enum::name)
            .collect(Collectors.toCollection(TreeSet::new));
    codes.add("README");
    codes.add("corpus");
    try (Stream<Path> files = Files.list(CataloguePage.DIRECTORY)) {
      assertEquals(
          List.of(),
          files
              .map(file -> file.getFileName().toString().replace(".md", ""))
              .filter(name -> !codes.contains(name))
              .toList());
    }
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void exampleFulfilsTheSchemaAndIsReadBack(AlertCode code) throws Exception {
    IsolationAlert example = example(code);
    String json = AlertJson.write(example, AlertLinks.DEFAULT);

    try (InputStream schema = AlertJson.class.getResourceAsStream(AlertJson.SCHEMA_RESOURCE)) {
      String text = new String(schema.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(
          List.of(),
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(text)
              .validate(json, InputFormat.JSON));
    }
    assertEquals(example, AlertJson.read(json));
    assertEquals(code.name(), new ObjectMapper().readTree(json).get("code").asText());
  }

  /** The alert that the story of a code ends in. */
  private static IsolationAlert example(AlertCode code) {
    HostState state = HostState.NONE;
    List<IsolationAlert> alerts = List.of();
    for (Snapshot snapshot : Scenarios.all().get(code).raises()) {
      Judged judged = Judgement.apply(state, snapshot);
      state = judged.state();
      alerts = judged.alerts();
    }
    return alerts.stream().filter(alert -> alert.code() == code).findFirst().orElseThrow();
  }
}
