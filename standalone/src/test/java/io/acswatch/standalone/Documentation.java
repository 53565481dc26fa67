package io.acswatch.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The documentation: all Markdown files of the source tree. */
final class Documentation {
  static final Path TREE = Path.of("..").toAbsolutePath().normalize();

  private static final String RUN_MARK = "<!-- run: ";

  private static final Pattern CALL =
      Pattern.compile("`(?:\\./)?acswatch(?:-collector)? ([a-z0-9]+)([^`]*)`");
  private static final Pattern OPTION = Pattern.compile("(?<= |\\[)--[a-z-]+");
  private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern IMAGE = Pattern.compile("!\\[[^\\]]*]\\(([^)\\s]+)\\)");

  private Documentation() {}

  /**
   * A block of code on a page.
   *
   * @param page path below the source tree
   * @param line where its first line stands, from 1
   * @param mark name of the example if a test of the page itself runs it, else empty
   * @param language what stands behind the fence
   */
  record Block(String page, int line, String mark, String language, List<String> lines) {
    /** The commands of a shell block, each with the lines that continue it. */
    List<String> commands() {
      List<String> commands = new ArrayList<>();
      boolean open = false;
      for (String text : lines) {
        if (open || text.startsWith(" ") && !commands.isEmpty()) {
          commands.set(commands.size() - 1, commands.get(commands.size() - 1) + "\n" + text);
        } else if (!text.isBlank() && !text.startsWith("#")) {
          commands.add(text);
        }
        open = text.endsWith("\\") || text.endsWith("|") || text.endsWith("&&");
      }
      return commands;
    }

    @Override
    public String toString() {
      return page + ":" + line + " " + (lines.isEmpty() ? "" : lines.get(0));
    }
  }

  /**
   * A command of {@code acswatch} in the running text of a page, as code.
   *
   * @param command its name
   * @param options those that stand behind it
   */
  record Call(String page, String command, List<String> options) {}

  /** All pages, as paths below the source tree. */
  static List<String> pages() throws IOException {
    List<String> pages = new ArrayList<>();
    for (String directory : List.of("docs", "deploy", "benchmarks", "wire", "client", "simulate")) {
      try (Stream<Path> files = Files.walk(TREE.resolve(directory))) {
        files
            .map(file -> TREE.relativize(file).toString())
            .filter(file -> file.endsWith(".md"))
            .filter(file -> !file.contains("target/") && !file.contains("src/"))
            .sorted()
            .forEach(pages::add);
      }
    }
    try (Stream<Path> files = Files.list(TREE)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".md"))
          .sorted()
          .forEach(pages::add);
    }
    return pages;
  }

  static List<Block> blocks(String page) throws IOException {
    List<Block> blocks = new ArrayList<>();
    List<String> lines = Files.readAllLines(TREE.resolve(page));
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("```")) {
        String before = i == 0 ? "" : lines.get(i - 1);
        int first = i + 1;
        for (i = first; !lines.get(i).startsWith("```"); i++) {}
        blocks.add(
            new Block(
                page,
                first + 1,
                before.startsWith(RUN_MARK) ? before.split(" ")[2] : "",
                lines.get(first - 1).substring(3),
                lines.subList(first, i)));
      }
    }
    return blocks;
  }

  static List<Call> calls(String page) throws IOException {
    List<Call> calls = new ArrayList<>();
    Matcher call = CALL.matcher(Files.readString(TREE.resolve(page)));
    while (call.find()) {
      calls.add(
          new Call(
              page,
              call.group(1),
              OPTION.matcher(call.group(2)).results().map(MatchResult::group).toList()));
    }
    return calls;
  }

  /** Targets of all links and images of a page that lead into the source tree. */
  static List<String> links(String page) throws IOException {
    String text = prose(page);
    return Stream.concat(LINK.matcher(text).results(), IMAGE.matcher(text).results())
        .map(link -> link.group(1))
        .filter(link -> !link.matches("[a-z]+:.*"))
        .toList();
  }

  /** Anchors of the headings of a page, as GitHub makes them. */
  static Set<String> anchors(String page) throws IOException {
    return prose(page)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A page without its blocks of code. */
  private static String prose(String page) throws IOException {
    return Files.readString(TREE.resolve(page)).replaceAll("(?ms)^```.*?^```$", "");
  }
}
