package io.acswatch.wire.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.judge.Verdict;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The pages of the catalogue are what the code says, with an example that was judged. {@code
 * -Dgolden.update=true} writes them anew.
 */
class AlertCatalogueTest {
  private static final Path PAGES = Path.of("../docs/alerts");
  private static final Path INDEX = PAGES.resolve("README.md");

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void pageSaysWhatTheCodeSays(AlertCode code) throws IOException {
    String page = CataloguePage.of(code, example(code));
    check(PAGES.resolve(code + ".md"), page);
    if (!Boolean.getBoolean("golden.update")) {
      assertEquals(page, AlertCatalogue.page(code));
    }
  }

  @Test
  void indexNamesEveryCode() throws IOException {
    String index =
        CataloguePage.index(
            Stream.of(AlertCode.values()).map(AlertCatalogueTest::example).toList());
    check(INDEX, index);
    if (!Boolean.getBoolean("golden.update")) {
      assertEquals(index, AlertCatalogue.index());
    }
  }

  @Test
  void hasNoPageOfACodeThatIsGone() throws IOException {
    Set<String> codes =
        Stream.of(AlertCode.values())
            .map(Enum::name)
            .collect(Collectors.toCollection(TreeSet::new));
    codes.add("README");
    codes.add("corpus");
    try (Stream<Path> files = Files.list(PAGES)) {
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
    String json = AlertJson.write(example);

    try (InputStream schema = AlertJson.class.getResourceAsStream(AlertJson.SCHEMA_RESOURCE)) {
      String text = new String(schema.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(
          Set.of(),
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
              .getSchema(text)
              .validate(json, InputFormat.JSON));
    }
    assertEquals(example, AlertJson.read(json));
    assertEquals(code.name(), new ObjectMapper().readTree(json).get("code").asText());
  }

  private static void check(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(PAGES);
      Files.writeString(file, expected);
    }
    assertEquals(expected, Files.readString(file), file::toString);
  }

  /** The alert that the story of a code ends in. */
  private static IsolationAlert example(AlertCode code) {
    HostState state = HostState.NONE;
    List<IsolationAlert> alerts = List.of();
    for (Snapshot snapshot : Scenarios.all().get(code).raises()) {
      Verdict verdict = Judgement.apply(state, snapshot);
      state = verdict.state();
      alerts = verdict.alerts();
    }
    return alerts.stream().filter(alert -> alert.code() == code).findFirst().orElseThrow();
  }
}
