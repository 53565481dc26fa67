package io.acswatch.wire.catalogue;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertGuide;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertText;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/** Lays out the pages of the catalogue. */
final class CataloguePage {
  private static final int COLUMNS = 120;

  private final StringBuilder out = new StringBuilder(8192);

  private CataloguePage() {}

  static String of(AlertCode code, IsolationAlert example) throws IOException {
    AlertGuide.Page page = AlertGuide.of(code);
    return new CataloguePage()
        .text("# " + code)
        .text(page.meaning())
        .section("Raised when", page.raised())
        .section("Not raised by", page.silent())
        .section("Severity", page.severity())
        .section("Open until", AlertGuide.ends(code))
        .section(
            "Evidence",
            "Host, boots, kernels with their models, times, devices, privilege and"
                + " completeness of the read stand in every alert. Here also: "
                + page.evidence()
                + ".")
        .section("What to do next", AlertGuide.nextStep(code))
        .heading("Example")
        .block("text", AlertText.render(example, false))
        .block("json", pretty(AlertJson.write(example)))
        .out
        .toString();
  }

  static String index(List<IsolationAlert> examples) {
    CataloguePage index =
        new CataloguePage()
            .text("# Alert catalogue")
            .text(
                "One page for each code: when exactly it is raised, how grave it is, what ends it,"
                    + " what to do, and an example that was really judged. Made from the code by"
                    + " `AlertCatalogueTest` (`-Dgolden.update=true`). B is the snapshot before, A the"
                    + " one after; K the groups the kernel reports, L those its rules make of the"
                    + " registers, S those that the hardware keeps apart.");
    index.out.append("\n| Code | Severity | Says |\n| --- | --- | --- |\n");
    examples.stream()
        .sorted(
            Comparator.comparing(IsolationAlert::severity)
                .reversed()
                .thenComparing(alert -> alert.code().name()))
        .forEach(
            alert -> {
              AlertGuide.Page page = AlertGuide.of(alert.code());
              String severity = page.severity().split("[.]", 2)[0];
              index.out.append(
                  "| [`%s`](%s.md) | %s | %s |\n"
                      .formatted(alert.code(), alert.code(), severity, page.meaning()));
            });
    return index.out.toString();
  }

  private static String pretty(String json) throws IOException {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    DefaultIndenter unix = new DefaultIndenter("  ", "\n");
    printer.indentArraysWith(unix);
    printer.indentObjectsWith(unix);
    ObjectMapper mapper = new ObjectMapper();
    return mapper.writer(printer).writeValueAsString(mapper.readTree(json)) + "\n";
  }

  private CataloguePage section(String title, String text) {
    return heading(title).text(text);
  }

  private CataloguePage heading(String title) {
    out.append("\n## ").append(title);
    out.append('\n');
    return this;
  }

  private CataloguePage text(String text) {
    int column = 0;
    for (String word : text.split(" ")) {
      if (column > 0 && column + 1 + word.length() > COLUMNS) {
        out.append('\n');
        column = 0;
      } else if (column > 0) {
        out.append(' ');
        column++;
      }
      out.append(word);
      column += word.length();
    }
    out.append('\n');
    return this;
  }

  private CataloguePage block(String language, String content) {
    out.append("```").append(language).append('\n').append(content).append("```\n");
    return this;
  }
}
