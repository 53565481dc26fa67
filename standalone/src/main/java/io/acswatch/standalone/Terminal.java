package io.acswatch.standalone;

import io.acswatch.cli.ColourOption;
import io.acswatch.cli.Ink;
import io.acswatch.collector.command.text.ConsoleText;
import io.acswatch.pci.alert.IsolationAlert;
import java.io.PrintWriter;
import java.util.Locale;

/** What a person sees of a run: steps with the time they took, alerts in full. */
final class Terminal {
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrintWriter out;
  private final Ink ink;
  private final long started = System.nanoTime();

  Terminal(PrintWriter out) {
    this.out = out;
    ink = new ColourOption().ink();
  }

  void line(String text) {
    out.println(text);
    out.flush();
  }

  /** A step that is done, with the time since the start. */
  void step(String what, String result) {
    double seconds = (System.nanoTime() - started) / NANOS_PER_SECOND;
    line(String.format(Locale.ROOT, "%5.1f s  %-9s %s", seconds, what, result));
  }

  void alert(IsolationAlert alert) {
    out.println();
    out.print(ConsoleText.alert(alert, ink));
    out.flush();
  }
}
