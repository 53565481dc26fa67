package io.acswatch.collector.command;

import io.acswatch.cli.ColourOption;
import io.acswatch.cli.Ink;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.page.HostFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command's answer is given: on the terminal, to programs, into a ticket, as a page. */
final class TicketOutput {
  /** Formats of standard output. */
  enum Format {
    TEXT,
    /** For programs: one JSON object per line. */
    JSON,
    /** For tickets and forums. */
    MARKDOWN
  }

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description =
          "text for people (default), markdown for tickets, or json: one object per line.")
  private Format format = Format.TEXT;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write the page of the host to FILE too: one file with the PCI tree, which needs no"
              + " network.")
  private @Nullable Path html;

  boolean isJson() {
    return format == Format.JSON;
  }

  /** Colours, where the text goes to a terminal only. */
  Ink ink(ColourOption colour) {
    return format == Format.TEXT && html == null ? colour.ink() : new Ink(false);
  }

  /** Prints text for people, or puts it into a ticket. */
  void print(PrintWriter out, String title, String text) {
    if (format == Format.MARKDOWN) {
      out.print(
          "**" + title + "**\n\n```text\n" + text + (text.endsWith("\n") ? "" : "\n") + "```\n");
    } else {
      out.print(text);
    }
  }

  /** A line of JSON that names its source. */
  static String json(String source, Json.Fields fields) {
    return Json.object(
        json -> {
          json.writeStringField("source", source);
          fields.writeTo(json);
        });
  }

  /** Writes the page, if it is asked for. */
  void page(
      @Nullable Snapshot before,
      Snapshot now,
      List<IsolationAlert> alerts,
      @Nullable PciAddress selected,
      String text)
      throws IOException {
    if (html != null) {
      WholeFile.write(html, new HostFile(before, now, alerts, selected, text).toHtml());
    }
  }

  boolean isPage() {
    return html != null;
  }
}
