package io.acswatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Ink.Style;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ColourTest {
  @Test
  void isOffWhereNobodyWantsIt() {
    assertTrue(ColourOption.isWanted(null, "xterm"));
    assertTrue(ColourOption.isWanted("", null));
    assertFalse(ColourOption.isWanted("1", "xterm"));
    assertFalse(ColourOption.isWanted(null, "dumb"));
  }

  @Test
  void doesAsItIsTold() {
    assertTrue(CommandLine.populateCommand(new ColourOption(), "--color=ALWAYS").isOn());
    assertFalse(CommandLine.populateCommand(new ColourOption(), "--colour=NEVER").isOn());
  }

  @Test
  void paintsNothingWhereColoursAreOff() {
    assertEquals("text", new Ink(false).paint(Style.ALARM, "text"));
    assertEquals("\u001b[1;31mtext\u001b[0m", new Ink(true).paint(Style.ALARM, "text"));
    assertEquals("text", new Ink(true).paint(Style.PLAIN, "text"));
    assertEquals(new Ink(true).distinct(0, "a"), new Ink(true).distinct(9, "a"));
  }
}
