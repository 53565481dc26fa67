package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.snapshot.Capture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whether we agree with the kernels on every capture of the corpus. Needs the corpus, which is not
 * part of the source tree: the property {@code acswatch.corpus} names its directory.
 */
class CorpusTest {

  @TestFactory
  List<DynamicTest> derivesTheGroupsTheKernelFormed() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (CorpusCheck.Case one : cases()) {
      for (String name : CorpusCheck.untouched(one)) {
        Capture capture = one.captures().get(name);
        tests.add(
            dynamicTest(
                one + "/" + name,
                () ->
                    assertEquals(
                        List.of(),
                        CorpusCheck.derivedAgainstKernel(
                            name, capture, CorpusCheck.lastOfBootBefore(one, name)))));
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
                                CorpusCheck.isHonest(agreement, untouched.contains(name)),
                                () -> "agreement " + agreement);
                            assertEquals(List.of(), CorpusCheck.wrongFindingsAlone(capture));
                          })));
    }
    return tests;
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
