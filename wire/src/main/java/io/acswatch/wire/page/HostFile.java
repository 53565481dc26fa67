package io.acswatch.wire.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.HostAnswersJson;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The page of one host as a single file that needs no network: the page's own styles and modules,
 * and all answers that they would ask a server for.
 *
 * @param before the last snapshot of the boot before; null if there is none
 * @param now the host
 * @param alerts what is open
 * @param selected the function that is shown first; null for none
 * @param says what the command printed
 */
public record HostFile(
    @Nullable Snapshot before,
    Snapshot now,
    List<IsolationAlert> alerts,
    @Nullable PciAddress selected,
    String says) {
  private static final List<String> MODULES =
      List.of(
          "alert.js",
          "column.js",
          "dom.js",
          "host.js",
          "incidents.js",
          "marks.js",
          "model.js",
          "picture.js",
          "theme.js",
          "tree.js",
          "words.js");

  /** Modules name each other by their place; in a file they have names instead. */
  private static final Pattern IMPORT = Pattern.compile("from \"\\./([a-z]+\\.js)\"");

  private static final Pattern HEAD =
      Pattern.compile(
          "<link rel=\"(?:icon|stylesheet|modulepreload)\"[^>]*>\\n?|<script[^>]*></script>\\n?");
  private static final Pattern LINKS = Pattern.compile("(?s)<nav.*?</nav>|<footer.*?</footer>");

  public String toHtml() {
    StringBuilder imports = new StringBuilder();
    for (String module : MODULES) {
      module(imports, module, module);
    }
    module(imports, "api.js", "answers.js");
    String styles = text("app.css") + text("tree.css");
    String head =
        "<style>%s</style>\n<script type=\"importmap\">{\"imports\":{%s}}</script>\n"
            .formatted(styles, imports);
    String body =
        "<script type=\"application/json\" id=\"answers\">%s</script>\n<script type=\"module\">%s</script>\n"
            .formatted(
                HostAnswersJson.write(before, now, alerts, selected, says).replace("<", "\\u003c"),
                named("file.js"));
    String page = HEAD.matcher(text("index.html")).replaceAll("");
    page = LINKS.matcher(page).replaceAll("");
    return page.replace("<a class=\"brand\" href=\"/\">", "<a class=\"brand\">")
        .replace("</head>", head + "</head>")
        .replace("</body>", body + "</body>");
  }

  private static void module(StringBuilder imports, String name, String file) {
    String code = Base64.getEncoder().encodeToString(named(file).getBytes(UTF_8));
    imports
        .append(imports.isEmpty() ? "" : ",")
        .append("\"acswatch/%s\":\"data:text/javascript;base64,%s\"".formatted(name, code));
  }

  private static String named(String file) {
    return IMPORT.matcher(text(file)).replaceAll("from \"acswatch/$1\"");
  }

  private static String text(String file) {
    return new String(PageFiles.require(file), UTF_8);
  }
}
