package io.acswatch.streams.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.client.Incident;
import io.acswatch.client.Severity;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.streams.GpuHosts;
import io.acswatch.streams.LargeHosts;
import io.acswatch.streams.SampleFleet;
import io.acswatch.streams.app.ServedFleet;
import io.acswatch.wire.page.HostFile;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import org.junit.jupiter.api.io.TempDir;

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
            .filter(url -> !url.matches("(about|blob|data|chrome|file):.*"))
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
  void aHostAsAFileNeedsNoServer(@TempDir Path directory) throws Exception {
    HostState state =
        SampleFleet.state(SampleFleet.captures(SampleFleet.GPUS, System.currentTimeMillis()));
    PciAddress selected = state.open().get(0).devices().get(0).address();
    String says = "what </script><b>the command</b> said";
    Path file =
        Files.writeString(
            directory.resolve("host.html"),
            new HostFile(state.baseline(), state.current(), state.open(), selected, says).toHtml());

    browser.look(1440, 1000, false);
    browser.open(file.toUri().toString());
    browser.await("document.querySelector('#why ol')");

    assertTrue(text("document.querySelector('.banner.critical h2').textContent").contains("train"));
    assertEquals(1, number("document.querySelectorAll('.tree .row .fault').length"));
    assertEquals(says, text("document.querySelector('pre').textContent"));
    assertTrue(
        text("document.querySelector('#details h2').textContent").contains(selected.toString()));
    browser.screenshot(PICTURES.resolve("host-file.png"));
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
    assertTrue(text(name(port)).contains("0000:00:03.0"));
    assertTrue(text("document.querySelector('.banner').textContent").contains("open since "));
    assertTrue(
        text("document.querySelector('.banner dd a').href")
            .matches("https://.*#group_merged_cross_vm"));
    assertEquals("RR CR", text(changedBits()));
    assertEquals(1, number("document.querySelectorAll('.board .area.cross').length"));
    assertEquals(11, number("document.querySelectorAll('.board .moved').length"));
    assertTrue(text("document.querySelector('#why').textContent").contains("does not isolate"));
    assertEquals(
        "rgb(31, 111, 178)",
        text("getComputedStyle(document.querySelector('.tree .owned.v0')).fill"),
        "a leaf has the colour of its VM");
  }

  /** What is read out of a row. */
  private static String name(String row) {
    return row + ".querySelector('title').textContent";
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
      assertEquals("critical", text("document.querySelector('.incidents .badge').textContent"));
      String line = text("document.querySelector('.incidents summary').textContent");
      assertTrue(line.contains("32 hosts: devices of different VMs share one IOMMU group"), line);
      assertTrue(line.contains("pci0000:00/03.0, bits RR CR"), line);
      assertEquals(
          "1 shared cause of warnings",
          text("document.querySelectorAll('.incidents > details')[1].firstChild.textContent"));
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

  /**
   * A hundred hosts of one cause are one line, above the hosts that have something of their own.
   */
  @Test
  void foldsTheHostsOfOneCauseToOneLineAboveTheOthers() throws Exception {
    ServedFleet fleet = new ServedFleet(System::currentTimeMillis);
    try {
      SampleFleet.fill(fleet, System.currentTimeMillis(), 10_000);
      SampleFleet.judge(fleet, System.currentTimeMillis());
      Incident told = incident(Severity.CRITICAL, List.of("rack100-host37"));
      String answer = fleet.get("/api/v1/hosts?q=rack100-host37").body();
      String id = answer.replaceAll(".*\"incident\":\"([0-9a-f]{32}).*", "$1");
      fleet.keep(List.of(with(told, id, 101)));

      browser.look(1440, 1000, false);
      browser.open(fleet.url() + "/");
      assertEquals(1, number("document.querySelectorAll('.incidents details').length"));
      assertTrue(
          browser
              .script(
                  "document.querySelector('.incidents').compareDocumentPosition(document.querySelector('tbody'))"
                      + " === Node.DOCUMENT_POSITION_FOLLOWING")
              .asBoolean());
      // rack7-host12 has the same cause; the other two that merged have others.
      assertEquals(
          SampleFleet.SMALL + " " + SampleFleet.LARGE + " rack100-host00",
          text(
              "[...document.querySelectorAll('td.name')].slice(0, 3).map(n => n.textContent).join(' ')"));
      assertTrue(
          text("document.querySelector('td.long').textContent")
              .contains("port 0000:00:02.0, bits RR CR"));
      assertTrue(text("main.textContent").contains("101 hosts are told of above"));
      browser.screenshot(PICTURES.resolve("fleet-shared.png"));

      browser.script("document.querySelector('.incidents summary').click()");
      browser.await("document.querySelectorAll('.inside a').length === 100");
      assertTrue(text("document.querySelector('.inside').textContent").endsWith(" and 1 more"));
      browser.screenshot(PICTURES.resolve("fleet-shared-open.png"));
      browser.open(fleet.url() + "/?q=rack100-host37");
      assertEquals(1, number("document.querySelectorAll('tbody tr').length"), "it can be found");
    } finally {
      browser.forget(); // before nobody answers it any more
      fleet.close();
    }
  }

  private static Incident with(Incident told, String id, int hosts) {
    return new Incident(
        1,
        id,
        1,
        told.status(),
        told.code(),
        told.severity(),
        "1b36:000b/1af4:1100+8086:29c0/1af4:1100",
        told.kernel(),
        told.place(),
        told.kind(),
        told.bits(),
        told.openedAt(),
        told.changedAt(),
        hosts,
        hosts,
        told.sample(),
        "",
        Map.of());
  }

  /** What is shown is not news any more: the page must not look as ever. */
  @Test
  void saysThatNothingIsJudgedAndSinceWhen() throws Exception {
    ServedFleet fleet = new ServedFleet(System::currentTimeMillis);
    try {
      SampleFleet.judge(fleet, System.currentTimeMillis());
      browser.look(1280, 800, false);
      for (String page : new String[] {"/", "/alerts", "/host?id=" + SampleFleet.GPUS}) {
        fleet.outage(
            new Outage("no broker answers at b1:9092", System.currentTimeMillis() - 250_000));
        browser.open(fleet.url() + page);
        String banner = text("document.querySelector('#trouble').textContent");
        assertTrue(banner.startsWith("Not all frames are judged now"), page + banner);
        assertTrue(banner.contains("no broker answers at b1:9092; since 4 min ago"), banner);
        assertEquals("not up to date", text("document.querySelector('#freshness').textContent"));
        fleet.outage(null);
        browser.await("document.querySelector('#trouble').textContent === ''");
        assertTrue(text("document.querySelector('#freshness').textContent").startsWith("as of"));
      }
      fleet.outage(new Outage("no broker answers at b1:9092", System.currentTimeMillis()));
      browser.open(fleet.url() + "/");
      browser.screenshot(PICTURES.resolve("not-judging.png"));
      fleet.close();
      browser.await(
          "document.querySelector('#trouble h2')?.textContent === 'This server does not answer'");
      assertEquals(4, number("document.querySelectorAll('tbody tr').length"), "as it was");
      assertTrue(text("document.querySelector('#trouble').textContent").contains("as of 20"));
      browser.screenshot(PICTURES.resolve("server-gone.png"));
    } finally {
      browser.forget(); // before nobody answers it any more
      browser.forgive("ERR_CONNECTION_REFUSED");
      fleet.close();
    }
  }

  /** While an instance starts, hosts that it has not read are not "no hosts". */
  @Test
  void saysThatHostsAreNotLoadedYet() throws Exception {
    ServedFleet fleet = new ServedFleet(System::currentTimeMillis);
    try {
      fleet.whole(false);
      browser.look(1280, 800, false);
      for (String page : new String[] {"/", "/alerts"}) {
        browser.open(fleet.url() + page);
        String banner = text("document.querySelector('#trouble h2').textContent");
        assertEquals("Not complete: hosts and alerts are missing here", banner);
        assertTrue(text("main.textContent").contains("is loaded yet"), page);
      }
      browser.open(fleet.url() + "/");
      assertEquals("?", text("document.querySelector('.count b').textContent"));
      browser.screenshot(PICTURES.resolve("not-loaded.png"));
      fleet.whole(true);
      browser.await("document.querySelector('#trouble').textContent === ''");
      assertTrue(text("main.textContent").contains("No host was heard of yet"));
    } finally {
      browser.forget(); // before nobody answers it any more
      fleet.close();
    }
  }

  @Test
  void anAddressThatIsNoneIsAPageThatSaysSo() throws Exception {
    browser.look(1280, 800, false);
    browser.open(fleet.url() + "/nosuch/<b>x");
    browser.forgive("404");

    assertEquals("No such page", text("document.querySelector('h1').textContent"));
    assertTrue(text("main.textContent").contains("/nosuch/%3Cb%3Ex"));
    assertEquals(2, number("document.querySelectorAll('nav a').length"));
    browser.screenshot(PICTURES.resolve("no-such-page.png"));
    assertEquals("no such page; / is the first\n", fleet.get("/nosuch").body());

    browser.open(hostPage("nobody"));
    browser.forgive("404");
    assertTrue(text("main.textContent").contains("no host nobody was seen"));
  }

  /** On a telephone: nothing is wider than the screen, rows are cards, the host after is first. */
  @Test
  void fitsASmallScreen() throws Exception {
    for (int width : new int[] {390, 890}) {
      browser.look(width, 844, false);
      for (String page :
          new String[] {fleet.url() + "/", fleet.url() + "/alerts", hostPage(SampleFleet.GPUS)}) {
        browser.open(page);
        browser.await(
            "location.pathname !== '/host' || document.querySelector('#why').dataset.done");
        assertEquals(width, number("document.documentElement.scrollWidth"), page);
      }
      assertEquals(
          width < 600 ? "After" : "Before",
          text("document.querySelector('.board .head text').firstChild.textContent"));
      int seen = number("document.querySelector('.board').clientWidth");
      int drawn = number("document.querySelector('.board svg').clientWidth");
      assertTrue(drawn <= (width < 600 ? 2 * seen + 30 : seen), drawn + " px for " + seen);
      browser.screenshot(PICTURES.resolve("host-" + width + ".png"));
      browser.open(fleet.url() + "/");
      assertEquals("flex", text("getComputedStyle(document.querySelector('tbody tr')).display"));
      assertEquals("none", text("getComputedStyle(document.querySelectorAll('th')[1]).display"));
      browser.screenshot(PICTURES.resolve("fleet-" + width + ".png"));
    }
    browser.look(910, 844, false);
    browser.open(fleet.url() + "/");
    assertEquals("table-row", text("getComputedStyle(document.querySelector('tbody tr')).display"));
  }

  private static final String ON_EACH_OTHER =
      """
      (() => {
        const board = document.querySelector('.board');
        const found = [];
        for (const part of board.querySelectorAll('.head svg, .row > g')) {
          const boxes = [...part.querySelectorAll('text, tspan.note, .chip, rect.owned')]
            .filter((one) => !one.querySelector('tspan.note'))
            .map((one) => [one.getBoundingClientRect(), one.textContent || one.getAttribute('class')]);
          for (const [a, what] of boxes) for (const [b, other] of boxes) {
            const inside = what.startsWith('chip') || other.startsWith('chip') ? a.right <= b.right + 1 && a.left >= b.left || b.right <= a.right + 1 && b.left >= a.left : false;
            const ticks = what.startsWith('VM ') && other.startsWith('VM ');
            if (a !== b && !ticks && !inside && a.left <= b.left && a.right + 2 > b.left && a.bottom > b.top + 2 && b.bottom > a.top + 2) found.push(`${what} | ${other}`);
          }
        }
        return found.join('; ');
      })()""";

  /** Words and signs of the picture, and that each sign is explained. */
  @Test
  void nothingInThePictureStandsOnAnotherAndAllIsExplained() throws Exception {
    ServedFleet odd = new ServedFleet(System::currentTimeMillis);
    try {
      Capture[] merged = GpuHosts.merged("one-vm");
      for (Capture capture : merged) {
        odd.judge(
            capture.withOwners(
                capture.owners().stream().filter(o -> o.vm().equals("train-a")).toList()));
      }
      odd.judge(LargeHosts.ofDomains("large", 32));
      odd.judge(
          LargeHosts.named("long", name -> name.isEmpty() ? name : name + "-of-a-very-long-name"));
      for (int width : new int[] {1440, 900, 390}) {
        browser.look(width, 1000, false);
        for (String host : new String[] {"one-vm", "large", "long"}) {
          browser.open(hostPage(odd, host));
          browser.await("document.querySelector('#why').dataset.done");
          assertEquals("", text(ON_EACH_OTHER), host + " at " + width);
          // A root bus that is folded has a note beside its name.
          browser.script(
              "[...document.querySelectorAll('.row')].find(r => r.textContent.includes('root bus'))"
                  + ".dispatchEvent("
                  + CLICK
                  + ")");
          String told = "document.querySelector('.board').textContent.includes(' functions, ')";
          // What is open is chosen by the first click.
          browser.script(
              told + " || document.querySelector('.row.selected').dispatchEvent(" + CLICK + ")");
          browser.await(told);
          assertEquals("", text(ON_EACH_OTHER), host + " folded at " + width);
        }
      }
      browser.look(1440, 1000, false);
      browser.open(hostPage(odd, "one-vm"));
      assertTrue(number("document.querySelectorAll('.board .area.alarm').length") > 0);
      assertTrue(
          text("document.querySelector('.legend').textContent").contains("a grave alert names it"));
      browser.screenshot(PICTURES.resolve("host-alarm.png"));
    } finally {
      browser.forget(); // before nobody answers it any more
      odd.close();
    }
  }

  /** Who speaks to the page says what is seen: a label holds the words that it labels. */
  @Test
  void labelsHoldWhatIsSeen() throws Exception {
    browser.look(1440, 1000, false);
    for (String page :
        new String[] {fleet.url() + "/", fleet.url() + "/alerts", hostPage(SampleFleet.GPUS)}) {
      browser.open(page);
      assertEquals(
          "",
          text(
              "[...document.querySelectorAll('a[aria-label], button[aria-label], [role=treeitem][aria-label]')]"
                  + ".filter(e => /\\p{L}{2}/u.test(e.textContent) && !e.ariaLabel.includes(e.textContent.trim()))"
                  + ".map(e => e.ariaLabel).slice(0, 3).join('; ')"),
          page);
    }
    var names =
        browser.call("Accessibility.getFullAXTree", Map.of()).get("nodes").findValues("name");
    assertTrue(
        names.stream().anyMatch(n -> n.toString().contains("before: VM train-a, group 17; after:")),
        "what a row is called");
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
      assertTrue(text("document.querySelector('.facts').textContent").contains("11 VMs"));
      browser.screenshot(PICTURES.resolve("host-awaited.png"));

      browser.open(kexeced.url() + "/");
      assertEquals("11", text("[...document.querySelectorAll('td.number')].at(-1).textContent"));

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
    assertTrue(text(name("document.querySelector('.tree .selected')")).contains("VM vm3-20"));
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
    String second = text(name("document.activeElement"));
    assertTrue(second.contains("before:") && second.contains("after:"), second);
    browser.await("document.querySelector('#details ol.steps')");
    browser.key("End");
    assertNotEquals(second, text(name("document.activeElement")));
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
    assertEquals(
        1,
        number(
            "new Set([...document.querySelectorAll('.slice .area.cross')].map(a => a.getAttribute('y') + ' '"
                + " + a.getAttribute('height'))).size"),
        "a group is one box, open where a slice ends");
    assertTrue(number("document.querySelectorAll('.slice .area.cross').length") > 1);
    assertTrue(
        text("getComputedStyle(document.querySelector('time'), '::after').content")
            .matches("\"20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ\""));
    assertEquals("none", text("getComputedStyle(document.querySelector('time span')).display"));
    assertTrue(text("document.querySelector('#printed').textContent").contains(", as of 20"));
    browser.screenshot(PICTURES.resolve("print.png"));
    browser.script("dispatchEvent(new Event('afterprint'))");
    assertEquals(0, number("document.querySelectorAll('.board .slice').length"));
    browser.call("Emulation.setEmulatedMedia", Map.of("media", ""));
  }
}
