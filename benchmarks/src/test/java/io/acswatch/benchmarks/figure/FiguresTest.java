package io.acswatch.benchmarks.figure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The figures of the documentation are drawn from the tables beside them. */
class FiguresTest {
  private static final Path FIGURES = Path.of("..", "docs", "figures");

  static Stream<Path> tables() throws IOException {
    try (Stream<Path> files = Files.list(FIGURES)) {
      return files.filter(file -> file.toString().endsWith(".csv")).sorted().toList().stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tables")
  void figureShowsItsTable(Path table) throws IOException {
    Path figure = Path.of(table.toString().replace(".csv", ".svg"));
    String drawn = PlotCommand.draw(table);
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(figure, drawn);
    }
    assertEquals(Files.readString(figure), drawn);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"5,1", "7,2", "12,5", "100,20", "101,50", "0.3,0.1", "26,10"})
  void fiveStepsReachTheMost(double most, double step) {
    assertEquals(step, LinePlot.niceStep(most), 1e-9);
  }

  @Test
  void namesTheLineThatIsNoRow() {
    IOException refused =
        assertThrows(
            IOException.class, () -> Series.parse(List.of("# title: t", "a,b", "1,2", "3")));

    assertTrue(refused.getMessage().startsWith("line 4: 1 numbers"), refused::getMessage);
  }
}
