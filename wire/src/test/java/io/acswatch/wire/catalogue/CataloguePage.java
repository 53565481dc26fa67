package io.acswatch.wire.catalogue;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.json.AlertText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A page of {@code docs/alerts}.
 *
 * @param title the first line, without its mark
 * @param meaning what stands between the title and the first section
 * @param sections text of each section by its title, in their order; each paragraph on one line
 */
record CataloguePage(String title, String meaning, Map<String, String> sections) {
  static final Path DIRECTORY = Path.of("../docs/alerts");
  static final String EXAMPLE = "Example";
  static final List<String> TITLES =
      List.of(
          "Raised when",
          "Not raised by",
          "Severity",
          "Open until",
          "Evidence",
          "What to do next",
          EXAMPLE);

  static Path file(AlertCode code) {
    return DIRECTORY.resolve(code + ".md");
  }

  static CataloguePage of(AlertCode code) throws IOException {
    String[] parts = ("\n" + Files.readString(file(code))).split("\n##? ");
    Map<String, String> sections = new LinkedHashMap<>();
    for (int i = 2; i < parts.length; i++) {
      String[] titleAndText = parts[i].split("\n", 2);
      boolean isExample = titleAndText[0].equals(EXAMPLE);
      sections.put(titleAndText[0], isExample ? titleAndText[1] : unwrap(titleAndText[1]));
    }
    String[] titleAndMeaning = parts[1].split("\n", 2);
    return new CataloguePage(titleAndMeaning[0], unwrap(titleAndMeaning[1]), sections);
  }

  private static String unwrap(String text) {
    return text.strip().replace('\n', ' ');
  }

  String section(String name) {
    return sections.get(name);
  }

  /** Severity in the words of the index: the first sentence of its section. */
  String shortSeverity() {
    return section("Severity").split("[.]", 2)[0];
  }

  /** What stands in the section of the example. */
  static String example(IsolationAlert alert) throws IOException {
    return "```text\n%s```\n```json\n%s\n```\n"
        .formatted(
            AlertText.render(alert, Map.of(), (look, text) -> text),
            pretty(AlertJson.write(alert, AlertLinks.DEFAULT)));
  }

  private static String pretty(String json) throws IOException {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    DefaultIndenter unix = new DefaultIndenter("  ", "\n");
    printer.indentArraysWith(unix);
    printer.indentObjectsWith(unix);
    ObjectMapper mapper = new ObjectMapper();
    return mapper.writer(printer).writeValueAsString(mapper.readTree(json));
  }
}
