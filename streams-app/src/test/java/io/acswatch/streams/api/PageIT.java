package io.acswatch.streams.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.streams.Frames;
import io.acswatch.streams.LargeHosts;
import io.acswatch.streams.ServedFleet;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page in a real browser. Pictures of it are in {@code target/screenshots}. */
class PageIT {
  private static final Path PICTURES = Path.of("target/screenshots");
  private static final String SCRIPT =
      "<img src=x onerror=alert(1)><script>alert(1)</script>'\"</title></style>&amp;{{x}}\u202e";

  private static ServedFleet fleet;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> program = Browser.program();
    Assumptions.assumeTrue(
        program.isPresent(),
        "no chromium is installed (Debian: chromium), so no page is looked at");
    fleet = new ServedFleet(System::currentTimeMillis);
    merge("rack7-host12");
    fleet.judge(Frames.capture("kexec-000-before", "rack7-host13", 1));
    fleet.judge(LargeHosts.ofDomains("big-host", 32));
    fleet.judge(LargeHosts.named(SCRIPT, text -> text.isEmpty() ? text : text + SCRIPT));
    browser = new Browser(program.get());
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
      fleet.close();
    }
  }

  @AfterEach
  void nothingWasAskedElsewhereAndNothingFailed() {
    List<String> elsewhere =
        browser.requests().stream()
            .filter(url -> !url.startsWith(fleet.url() + "/"))
            .filter(url -> !url.matches("(about|blob|data|chrome):.*"))
            .toList();
    assertEquals(List.of(), elsewhere);
    assertEquals(List.of(), browser.errors());
  }

  private static void merge(String host) {
    fleet.judge(
        Frames.capture("kexec-001-before", host, 1), Frames.capture("kexec-001-after", host, 1));
  }

  private static String hostPage(String host) {
    return fleet.url() + "/host?id=" + URLEncoder.encode(host, StandardCharsets.UTF_8);
  }

  private static String text(String expression) throws Exception {
    return browser.script(expression).asText();
  }

  private static int number(String expression) throws Exception {
    return browser.script(expression).asInt();
  }

  @Test
  void showsTheFleetWithTheWorstFirst() throws Exception {
    browser.look(1280, 720, false);
    browser.open(fleet.url() + "/");

    assertEquals(4, number("document.querySelectorAll('tbody tr').length"));
    assertEquals("critical", text("document.querySelector('tbody .badge').textContent"));
    assertEquals(
        "rack7-host13", text("[...document.querySelectorAll('td.name')].at(-1).textContent"));
    browser.screenshot(PICTURES.resolve("fleet.png"));

    browser.script("document.querySelector('input[type=search]').focus()");
    browser.call("Input.insertText", Map.of("text", "rack7"));
    browser.await("document.querySelectorAll('tbody tr').length === 2");
    assertTrue(text("location.search").contains("q=rack7"));
  }

  @Test
  void showsAlertsByFilters() throws Exception {
    browser.look(1280, 720, true);
    browser.open(fleet.url() + "/alerts?severity=critical");

    assertEquals(3, number("document.querySelectorAll('tbody tr').length"));
    browser.screenshot(PICTURES.resolve("alerts-dark.png"));
  }

  @Test
  void showsTheMergeWithPortAndBits() throws Exception {
    for (boolean dark : new boolean[] {false, true}) {
      browser.look(1440, 1000, dark);
      browser.open(hostPage("rack7-host12"));
      browser.await("document.querySelector('#why ol')");

      assertTrue(text("document.querySelector('.banner.critical h2').textContent").contains("vm5"));
      assertEquals("lost RR CR", text("document.querySelector('.tree text.lost').textContent"));
      assertTrue(number("document.querySelectorAll('.tree .area.cross').length") > 0);
      assertTrue(text("document.querySelector('#why').textContent").contains("does not isolate"));
      browser.screenshot(PICTURES.resolve(dark ? "host-dark.png" : "host.png"));
    }
    browser.script("document.querySelector('.board').scrollIntoView()");
    browser.screenshot(PICTURES.resolve("host-tree-dark.png"));
  }

  @Test
  void switchesBetweenTheThreePartitions() throws Exception {
    browser.look(1440, 1000, false);
    browser.open(hostPage("rack7-host12"));
    String kernel = text("document.querySelector('.tree').textContent");
    browser.script("document.querySelector('[data-key=s]').click()");
    String strict = text("document.querySelector('.tree').textContent");

    assertTrue(kernel.contains("group 4"), kernel);
    assertTrue(strict.contains("group S"), strict);
    assertEquals(
        "true", text("document.querySelector('[data-key=s]').getAttribute('aria-pressed')"));
  }

  @Test
  void foldsALargeHostToWhatMattersAndUnfoldsIt() throws Exception {
    browser.look(1440, 1000, false);
    double millis = browser.open(hostPage("big-host"));
    browser.await("document.querySelector('#why ol')");
    int folded = number("document.querySelectorAll('.tree .row').length");
    browser.screenshot(PICTURES.resolve("big-host.png"));
    browser.script("document.querySelector('.board').scrollIntoView()");
    browser.screenshot(PICTURES.resolve("big-host-tree.png"));
    browser.script(
        "[...document.querySelectorAll('button')].find(b => b.textContent === 'Unfold all').click()");

    assertTrue(folded < 120, "rows " + folded);
    assertEquals("lost RR CR", text("document.querySelector('.tree text.lost').textContent"));
    assertTrue(number("document.querySelectorAll('.tree .row').length") >= 1_024);
    assertTrue(millis < 30_000, "ready after " + millis + " ms");
  }

  @Test
  void isUsedByKeyboardAlone() throws Exception {
    browser.look(1440, 1000, false);
    browser.open(hostPage("rack7-host12"));
    browser.await("document.querySelector('#why ol')");
    for (int i = 0;
        i < 60 && !text("document.activeElement.getAttribute('role') ?? ''").equals("treeitem");
        i++) {
      browser.key("Tab");
    }
    assertEquals("treeitem", text("document.activeElement.getAttribute('role') ?? ''"));

    browser.key("ArrowDown");
    browser.key("ArrowDown");
    String second = text("document.activeElement.getAttribute('aria-label')");
    assertTrue(second.contains("before:") && second.contains("after:"), second);
    browser.await("document.querySelector('.panel ol.steps')");
    browser.key("End");
    assertNotEquals(second, text("document.activeElement.getAttribute('aria-label')"));
    browser.key("Home");
    int all = number("document.querySelectorAll('.tree .row').length");
    browser.key("ArrowLeft");
    assertEquals("false", text("document.activeElement.getAttribute('aria-expanded')"));
    assertTrue(number("document.querySelectorAll('.tree .row').length") < all);
    browser.key("ArrowRight");
    assertEquals(all, number("document.querySelectorAll('.tree .row').length"));
  }

  @Test
  void namesAreTextWhateverTheySay() throws Exception {
    browser.look(1440, 1000, false);
    for (String page :
        new String[] {fleet.url() + "/", fleet.url() + "/alerts", hostPage(SCRIPT)}) {
      browser.open(page);
      assertEquals(
          0, number("document.querySelectorAll('main img, main script, main style').length"), page);
      assertTrue(text("document.body.textContent").contains("<script>alert(1)</script>"), page);
      assertFalse(text("document.body.textContent").contains("\u202e"), page);
    }
    browser.await("document.querySelector('#why ol')");
    browser.script(
        "document.querySelectorAll('.tree .row')[5].dispatchEvent(new MouseEvent('click', {bubbles: true}))");
    browser.await("document.querySelector('.panel ol.steps')");
    browser.screenshot(PICTURES.resolve("hostile.png"));
  }

  @Test
  void thePictureIsAFileOfItsOwn() throws Exception {
    browser.look(1440, 1000, false);
    for (String host : new String[] {"rack7-host12", SCRIPT}) {
      browser.open(hostPage(host));
      String file =
          text(
              "import('/assets/picture.js').then(p => p.file(document.querySelector('.board svg'), "
                  + "document.querySelector('h1').textContent, ['a line']))");
      var picture =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
      assertEquals("svg", picture.getDocumentElement().getTagName());
      assertEquals(0, picture.getElementsByTagName("script").getLength());
      assertFalse(file.contains("href="), "refers to something outside");
      assertFalse(file.matches("(?s).*(url\\(|@import).*"), "refers to something outside");
      assertTrue(file.contains("--critical:#"), "no colours in it");
      assertTrue(picture.getElementsByTagName("text").getLength() > 60);
    }
  }

  @Test
  void showsAHostThatWasSeenOnceAndSaysWhatIsMissing() throws Exception {
    browser.look(1280, 800, false);
    browser.open(hostPage("rack7-host13"));
    assertEquals("No open alert.", text("document.querySelector('p.fresh').textContent"));
    browser.screenshot(PICTURES.resolve("host-once.png"));
  }

  @Test
  void printsOnPaper() throws Exception {
    browser.look(1280, 800, true);
    browser.open(hostPage("rack7-host12"));
    browser.script("document.documentElement.dataset.theme = 'dark'");
    browser.call("Emulation.setEmulatedMedia", Map.of("media", "print"));
    assertEquals("none", text("getComputedStyle(document.querySelector('.bar')).display"));
    assertEquals("rgb(255, 255, 255)", text("getComputedStyle(document.body).backgroundColor"));
    assertEquals(
        "#fbe6e5",
        text("getComputedStyle(document.documentElement).getPropertyValue('--critical-soft')"));
    browser.screenshot(PICTURES.resolve("print.png"));
    browser.call("Emulation.setEmulatedMedia", Map.of("media", ""));
  }
}
