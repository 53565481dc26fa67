package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.groups.GroupsAgreement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Whether we agree with the kernels on every capture of the corpus. Needs the corpus, which is not
 * part of the source tree: the property {@code acswatch.corpus} names its directory.
 */
class CorpusTest {
  /** As {@link CorpusCheck#main} prints them; the table of docs/how-we-know.md has them too. */
  private static final Map<String, String> SCORES =
      Map.of(
          "arm64",
          "27 captures; 22 compared: 22 the same, 0 open, 0 wrong"
              + "; alone 23 the same, 0 open, 4 changed since; 5 judged, 5 as due, 3 with an alert",
          "kernels",
          "99 captures; 86 compared: 86 the same, 0 open, 0 wrong"
              + "; alone 89 the same, 1 open, 6 changed since; 19 judged, 19 as due, 7 with an alert",
          "liveupdate",
          "126 captures; 107 compared: 107 the same, 0 open, 0 wrong"
              + "; alone 109 the same, 0 open, 17 changed since; 46 judged, 46 as due, 19 with an alert",
          "ppc64",
          "1 captures; 1 compared: 0 the same, 1 open, 0 wrong"
              + "; alone 0 the same, 1 open, 0 changed since; 0 judged, 0 as due, 0 with an alert",
          "qemu",
          "78 captures; 71 compared: 71 the same, 0 open, 0 wrong"
              + "; alone 74 the same, 0 open, 2 changed since; 18 judged, 18 as due, 5 with an alert",
          "reports",
          "17 captures; 17 compared: 16 the same, 1 open, 0 wrong"
              + "; alone 16 the same, 1 open, 0 changed since; 0 judged, 0 as due, 0 with an alert",
          "silicon",
          "27 captures; 27 compared: 24 the same, 3 open, 0 wrong"
              + "; alone 24 the same, 2 open, 0 changed since; 0 judged, 0 as due, 0 with an alert");

  @TestFactory
  List<DynamicTest> derivesTheGroupsTheKernelFormed() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      for (String name : CorpusCheck.untouched(one)) {
        tests.add(
            dynamicTest(
                one + "/" + name,
                () -> assertEquals(List.of(), CorpusCheck.derivedAgainstKernel(one, name))));
      }
    }
    return tests;
  }

  /** Each capture as if nothing else were known: right, or it says that it cannot be told. */
  @TestFactory
  List<DynamicTest> isNeverWrongAboutACaptureAlone() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      List<String> untouched = CorpusCheck.untouched(one);
      one.captures()
          .forEach(
              (name, capture) ->
                  tests.add(
                      dynamicTest(
                          one + "/" + name,
                          () -> {
                            GroupsAgreement agreement = CorpusCheck.alone(capture);
                            assertTrue(
                                CorpusCheck.isHonest(one, agreement, untouched.contains(name)),
                                () -> "agreement " + agreement);
                            if (!one.followsUnknownRules()) {
                              assertEquals(List.of(), CorpusCheck.wrongFindingsAlone(capture));
                            }
                          })));
    }
    return tests;
  }

  /** Of a part of which captures were added since the wrong answers alone are counted. */
  @Test
  void scoresAsItDid() throws IOException {
    Optional<Path> corpus = TestCaptures.corpus();
    assumeTrue(corpus.isPresent(), "no corpus here; -Dacswatch.corpus=DIR names one");
    List<String> wrong = new ArrayList<>();
    Map<String, CorpusCheck.Score> scores = CorpusCheck.scores(corpus.orElseThrow(), wrong);
    assertEquals(List.of(), wrong);
    scores.forEach(
        (part, score) -> {
          String known = SCORES.getOrDefault(part, "");
          String captures = score.toString().replaceFirst(";.*", ";");
          if (known.startsWith(captures)) {
            assertEquals(known, score.toString(), part);
          }
        });
  }

  @TestFactory
  List<DynamicTest> raisesTheAlertsThatAreDueAndNoOthers() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      if (one.meta().has("tenancy")) {
        tests.add(
            dynamicTest(
                one.toString(),
                () -> assertEquals(List.of(), CorpusCheck.alertsAgainstTenancy(one))));
      }
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> foretellsTheMergesOfEachKexecAndNoOthers() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      if (ForecastCheck.isKexec(one)) {
        tests.add(
            dynamicTest(
                one.toString(), () -> assertEquals(List.of(), ForecastCheck.wrongForecast(one))));
      }
    }
    return tests;
  }

  /** From the capture in which the bit is lost already, as a collector has it. */
  @TestFactory
  List<DynamicTest> namesThePortWhoseWordALiveUpdateAdopted() throws IOException {
    return eachLiveUpdate(LiveUpdateCheck::wrong);
  }

  @TestFactory
  List<DynamicTest> foretellsWhatALiveUpdateDoes() throws IOException {
    return eachLiveUpdate(jump -> jump.isFirst() ? LiveUpdateCheck.wrongForecast(jump) : List.of());
  }

  private static List<DynamicTest> eachLiveUpdate(
      Function<LiveUpdateCheck.Jump, List<String>> check) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      for (LiveUpdateCheck.Jump jump : LiveUpdateCheck.jumps(one)) {
        if (jump.wasToBeALiveUpdate()) {
          tests.add(dynamicTest(jump.toString(), () -> assertEquals(List.of(), check.apply(jump))));
        }
      }
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> explainsEachFunctionByTheGroupDerived() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      one.captures()
          .forEach(
              (name, capture) ->
                  tests.add(
                      dynamicTest(
                          one + "/" + name,
                          () ->
                              assertEquals(List.of(), ForecastCheck.wrongExplanations(capture)))));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> namesAPortThatLostAControlWhereTwoVmsCameTogether() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      if (ForecastCheck.isKexec(one)) {
        tests.add(
            dynamicTest(
                one.toString(),
                () -> assertEquals(List.of(), ForecastCheck.mergesNotExplained(one))));
      }
    }
    return tests;
  }

  private static List<CorpusCheck.Case> cases() throws IOException {
    Optional<Path> corpus = TestCaptures.corpus();
    assumeTrue(corpus.isPresent(), "no corpus here; -Dacswatch.corpus=DIR names one");
    return CorpusCheck.cases(corpus.orElseThrow());
  }
}
