package io.acswatch.streams.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.client.Incident;
import io.acswatch.client.Severity;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.streams.GpuHosts;
import io.acswatch.streams.LargeHosts;
import io.acswatch.streams.SampleFleet;
import io.acswatch.streams.app.ServedFleet;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
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
      "<img src=x onerror=alert(1)><script>alert(1)</script>'\"</title></style>&amp;{{x}}\u202e\u0007\u0085";

  private static final String CLICK = "new MouseEvent('click', {bubbles: true})";

  private static ServedFleet fleet;
  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> program = Browser.program();
    Assumptions.assumeTrue(program.isPresent(), "chromium is missing (Debian: chromium)");
    fleet = new ServedFleet(System::currentTimeMillis);
    SampleFleet.judge(fleet, System.currentTimeMillis());
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

  private static String hostPage(String host) {
    return hostPage(fleet, host);
  }

  private static String hostPage(ServedFleet from, String host) {
    return from.url() + "/host?id=" + URLEncoder.encode(host, StandardCharsets.UTF_8);
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

    assertEquals(5, number("document.querySelectorAll('tbody tr').length"));
    assertEquals("critical", text("document.querySelector('tbody .badge').textContent"));
    assertEquals(
        SampleFleet.CALM, text("[...document.querySelectorAll('td.name')].at(-1).textContent"));
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

    assertEquals(4, number("document.querySelectorAll('tbody tr').length"));
    browser.screenshot(PICTURES.resolve("alerts-dark.png"));
  }

  @Test
  void showsTheMergeWithPortAndBits() throws Exception {
    browser.look(1440, 1000, false);
    browser.open(hostPage(SampleFleet.GPUS));
    browser.await("document.querySelector('#why ol')");

    assertTrue(text("document.querySelector('.banner.critical h2').textContent").contains("train"));
    String port =
        "[...document.querySelectorAll('.tree .row')].find(row => row.querySelector('.fault'))";
    assertTrue(text(port + ".getAttribute('aria-label')").contains("0000:00:03.0"));
    assertEquals("RR CR", text(changedBits()));
    assertEquals(1, number("document.querySelectorAll('.board .area.cross').length"));
    assertEquals(11, number("document.querySelectorAll('.tree .moved').length"));
    assertTrue(text("document.querySelector('#why').textContent").contains("does not isolate"));
    assertEquals(
        "rgb(31, 111, 178)",
        text("getComputedStyle(document.querySelector('.tree .owned.v0')).fill"),
        "a leaf has the colour of its VM");
  }

  private static String changedBits() {
    return "[...document.querySelectorAll('.board .changed')].map(bit => bit.textContent).join(' ')";
  }

  /** What is looked at by people: three hosts before and after, in both themes. */
  @Test
  void takesPicturesOfThreeHosts() throws Exception {
    ServedFleet before = new ServedFleet(System::currentTimeMillis);
    try {
      SampleFleet.judgeBefore(before, System.currentTimeMillis());
      for (boolean dark : new boolean[] {false, true}) {
        browser.look(1280, 940, dark);
        for (String host : SampleFleet.MERGED) {
          picture(before, host, "before", dark);
          picture(fleet, host, "after", dark);
        }
      }
    } finally {
      browser.forget(); // before nobody answers it any more
      before.close();
    }
    assertEquals(12, PICTURES.toFile().list((dir, name) -> name.startsWith("of-")).length);
  }

  private static void picture(ServedFleet from, String host, String when, boolean dark)
      throws Exception {
    browser.open(hostPage(from, host));
    browser.await("document.querySelector('#why').dataset.done");
    assertEquals(
        when.equals("after"), number("document.querySelectorAll('.row .fault').length") > 0);
    String file = "of-%s-%s-%s.png".formatted(host, when, dark ? "dark" : "light");
    browser.screenshot(PICTURES.resolve(file));
  }

  private static Incident incident(Severity severity, List<String> hosts) {
    return new Incident(
        1,
        "%032x".formatted(severity.ordinal()),
        1,
        Incident.State.OPENED,
        "GROUP_MERGED_CROSS_VM",
        severity,
        SCRIPT,
        "6.1.0-56-cloud-amd64",
        "pci0000:00/03.0",
        "ACS_CONTROL_CHANGED",
        List.of("RR", "CR"),
        Instant.now().minusSeconds(900).toString(),
        Instant.now().toString(),
        hosts.size() + 30,
        hosts.size() + 29,
        hosts,
        "GROUP_MERGED_CROSS_VM on many hosts, all with platform " + SCRIPT,
        Map.of());
  }

  @Test
  void showsWhatHostsHaveInCommon() throws Exception {
    ServedFleet fleet = new ServedFleet(System::currentTimeMillis);
    try {
      SampleFleet.judge(fleet, System.currentTimeMillis());
      fleet.keep(
          List.of(
              incident(Severity.CRITICAL, List.of(SampleFleet.GPUS, SampleFleet.SMALL, SCRIPT)),
              incident(Severity.WARNING, List.of(SampleFleet.SMALL, SampleFleet.LARGE))));

      browser.look(1440, 1000, false);
      browser.open(fleet.url() + "/");
      assertEquals(2, number("document.querySelectorAll('.incidents li').length"));
      assertEquals("critical", text("document.querySelector('.incidents li .badge').textContent"));
      assertTrue(text("document.querySelector('.incidents').textContent").contains("and 30 more"));
      browser.screenshot(PICTURES.resolve("fleet-incidents.png"));

      browser.look(1440, 1000, true);
      browser.open(hostPage(fleet, SampleFleet.GPUS));
      browser.await("document.querySelector('#why').dataset.done");
      String elsewhere = text("document.querySelector('.incidents').textContent");
      assertTrue(elsewhere.contains("also on " + SampleFleet.SMALL), elsewhere);
      assertFalse(elsewhere.contains("\u202e"), elsewhere);
      assertEquals(0, number("document.querySelectorAll('main img, main script').length"));
      browser.screenshot(PICTURES.resolve("host-incidents-dark.png"));
    } finally {
      browser.forget(); // before nobody answers it any more
      fleet.close();
    }
  }

  /** After a kexec VMs come back one by one; until then their devices are theirs all the same. */
  @Test
  void showsTheMergeWhileItsVmsAreNotBackYet() throws Exception {
    ServedFleet kexeced = new ServedFleet(System::currentTimeMillis);
    try {
      Capture[] captures = GpuHosts.merged("early");
      kexeced.judge(captures[0], captures[1].withOwners(List.of()));
      browser.look(1440, 1000, false);
      browser.open(hostPage(kexeced, "early"));
      browser.await("document.querySelector('#why').dataset.done");

      assertTrue(
          text("document.querySelector('.banner.critical h2').textContent").contains("train"));
      assertEquals(1, number("document.querySelectorAll('.board .area.cross').length"));
      int awaited = number("document.querySelectorAll('.board circle.awaited').length");
      assertTrue(awaited > 4, "awaited " + awaited);
      assertEquals(awaited, number("document.querySelectorAll('.board .chip.awaited').length"));
      assertTrue(text("document.querySelector('.legend').textContent").contains("not back yet"));
      browser.screenshot(PICTURES.resolve("host-awaited.png"));

      browser.open(hostPage(SampleFleet.GPUS));
      assertEquals(0, number("document.querySelectorAll('.awaited').length"));
    } finally {
      browser.forget(); // before nobody answers it any more
      kexeced.close();
    }
  }

  /** As a reader with weak eyes needs it: WCAG 2.2, level AA. */
  @Test
  void canBeReadInLightAndDark() throws Exception {
    String measure =
        new String(
            PageIT.class.getResourceAsStream("/page/contrast.js").readAllBytes(),
            StandardCharsets.UTF_8);
    for (boolean dark : new boolean[] {false, true}) {
      browser.look(1440, 1000, dark);
      for (String page :
          new String[] {
            fleet.url() + "/",
            fleet.url() + "/alerts",
            hostPage(SampleFleet.GPUS) + "&function=0000:05:00.2",
            hostPage(SampleFleet.CALM),
            hostPage(SampleFleet.LARGE)
          }) {
        browser.open(page);
        browser.await(
            "location.pathname !== '/host' || document.querySelector('#why').dataset.done");
        assertEquals("", text(measure), page + (dark ? " dark" : " light"));
      }
    }
  }

  @Test
  void switchesBetweenTheThreePartitionsAndRemembersWhatIsSeen() throws Exception {
    browser.look(1440, 1000, false);
    browser.open(hostPage(SampleFleet.GPUS));
    String kernel = text("document.querySelector('.board').textContent");
    browser.script("document.querySelector('[data-key=s]').click()");
    String strict = text("document.querySelector('.board').textContent");

    assertTrue(kernel.contains("group 4"), kernel);
    assertTrue(strict.contains("group S"), strict);
    assertEquals(
        "true", text("document.querySelector('[data-key=s]').getAttribute('aria-pressed')"));
    browser.script("document.querySelectorAll('.tree .row')[6].dispatchEvent(" + CLICK + ")");
    String seen = text("location.href");
    assertTrue(seen.contains("groups=s") && seen.contains("function="), seen);

    browser.open(seen);
    assertTrue(text("document.querySelector('.board').textContent").contains("group S"));
    browser.await("document.querySelector('#details ol.steps')");
    assertEquals(1, number("document.querySelectorAll('.tree .row.selected').length"));
  }

  @Test
  void foldsALargeHostToWhatMattersFindsAndUnfoldsIt() throws Exception {
    browser.look(1440, 1000, false);
    browser.open(hostPage(SampleFleet.LARGE));
    browser.await("document.querySelector('#why ol')");
    int folded = number("document.querySelectorAll('.tree .row').length");
    assertTrue(folded < 60, "rows " + folded);
    assertEquals("RR CR", text(changedBits()));
    assertTrue(
        text("document.querySelector('.board').textContent").contains("14 root buses"),
        "what is as it was takes one row");

    browser.script("document.querySelector('#find').focus()");
    browser.call("Input.insertText", Map.of("text", "vm3-20"));
    browser.await("document.querySelectorAll('.tree .found').length === 1");
    assertTrue(
        text("document.querySelector('.tree .selected').getAttribute('aria-label')")
            .contains("VM vm3-20"));
    browser.script(
        "[...document.querySelectorAll('button')].find(b => b.textContent === 'Unfold all').click()");
    assertTrue(
        number("document.querySelectorAll('.tree .row').length") >= SampleFleet.MANY_FUNCTIONS);
  }

  /** Ten thousand hosts are a hundred pages of a hundred rows. */
  @Test
  void staysUsableWithTenThousandHosts() throws Exception {
    ServedFleet large = new ServedFleet(System::currentTimeMillis);
    try {
      SampleFleet.fill(large, System.currentTimeMillis(), 10_000);
      browser.look(1440, 1000, false);
      browser.open(large.url() + "/");

      assertEquals(100, number("document.querySelectorAll('tbody tr').length"));
      assertTrue(text("document.querySelector('main').textContent").contains("1 to 100 of 10,000"));
      browser.screenshot(PICTURES.resolve("fleet-large.png"));
      browser.script("[...document.querySelectorAll('button')].at(-1).focus()");
      browser.key("Enter");
      browser.await("document.querySelector('main').textContent.includes('101 to 200 of 10,000')");
      assertEquals("Next", text("document.activeElement.textContent"));
      assertTrue(text("location.search").contains("offset=100"));
      browser.script("document.querySelector('input[type=search]').focus()");
      browser.call("Input.insertText", Map.of("text", "rack111-host0"));
      browser.await("document.querySelectorAll('tbody tr').length === 10");
      browser.script(
          "[...document.querySelectorAll('th button')].find(b => b.textContent === 'Host').click()");
      browser.await("document.querySelector('td.name').textContent === 'rack111-host00'");
    } finally {
      browser.forget(); // before nobody answers it any more
      large.close();
    }
  }

  @Test
  void isUsedByKeyboardAlone() throws Exception {
    browser.look(1440, 1000, false);
    browser.open(hostPage(SampleFleet.GPUS));
    browser.await("document.querySelector('#why ol')");
    for (int i = 0;
        i < 60 && !text("document.activeElement.getAttribute('role') ?? ''").equals("treeitem");
        i++) {
      browser.key("Tab");
    }
    assertEquals("treeitem", text("document.activeElement.getAttribute('role') ?? ''"));
    assertEquals(
        "2.5px",
        text("getComputedStyle(document.activeElement.querySelector('.hit')).strokeWidth"),
        "the focus is seen");

    browser.key("ArrowDown");
    browser.key("ArrowDown");
    String second = text("document.activeElement.getAttribute('aria-label')");
    assertTrue(second.contains("before:") && second.contains("after:"), second);
    browser.await("document.querySelector('#details ol.steps')");
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
    browser.script("document.querySelectorAll('.tree .row')[5].dispatchEvent(" + CLICK + ")");
    browser.await("document.querySelector('#details ol.steps')");
    browser.screenshot(PICTURES.resolve("hostile.png"));
  }

  @Test
  void thePictureIsAFileOfItsOwn() throws Exception {
    browser.look(1440, 1000, false);
    for (String host : new String[] {SampleFleet.GPUS, SCRIPT}) {
      browser.open(hostPage(host));
      String file =
          text(
              "import('/assets/picture.js').then(p => p.file({head: document.querySelector('.board .head svg'),"
                  + " body: document.querySelector('.board > svg')}, "
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
    browser.open(hostPage(SampleFleet.CALM));
    assertEquals("No open alert.", text("document.querySelector('p.fresh').textContent"));
    browser.screenshot(PICTURES.resolve("host-once.png"));
  }

  @Test
  void printsOnPaper() throws Exception {
    browser.look(1280, 800, true);
    browser.open(hostPage(SampleFleet.GPUS));
    browser.script("document.documentElement.dataset.theme = 'dark'");
    browser.call("Emulation.setEmulatedMedia", Map.of("media", "print"));
    assertEquals("none", text("getComputedStyle(document.querySelector('.bar')).display"));
    assertEquals("rgb(255, 255, 255)", text("getComputedStyle(document.body).backgroundColor"));
    assertEquals(
        "#fbe6e5",
        text("getComputedStyle(document.documentElement).getPropertyValue('--critical-soft')"));
    browser.script("dispatchEvent(new Event('beforeprint'))");
    assertTrue(number("document.querySelectorAll('.board .slice').length") > 4, "cut between rows");
    browser.screenshot(PICTURES.resolve("print.png"));
    browser.script("dispatchEvent(new Event('afterprint'))");
    assertEquals(0, number("document.querySelectorAll('.board .slice').length"));
    browser.call("Emulation.setEmulatedMedia", Map.of("media", ""));
  }
}
