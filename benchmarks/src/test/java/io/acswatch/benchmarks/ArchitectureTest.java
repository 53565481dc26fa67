package io.acswatch.benchmarks;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.doNot;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import picocli.CommandLine;

/**
 * The rules of the code's structure; each says in its {@code because} what to do when it is broken.
 *
 * <p>They stand in this module because it comes last: it has all others on its class path. A rule
 * that must change is changed in a commit of its own that says why.
 */
class ArchitectureTest {
  private static final String ROOT = "io.acswatch.";
  private static final String PCI = "io.acswatch.pci..";
  private static final String WIRE = "io.acswatch.wire..";
  private static final String CLIENT = "io.acswatch.client..";
  private static final String CLI = "io.acswatch.cli..";
  private static final String COLLECTOR = "io.acswatch.collector..";
  private static final String STREAMS = "io.acswatch.streams..";
  private static final String TOPOLOGY = "io.acswatch.streams.topology..";
  private static final String KERNEL = "io.acswatch.streams.kernel..";
  private static final String INCIDENT = "io.acswatch.streams.incident..";
  private static final String STANDALONE = "io.acswatch.standalone..";
  private static final String BENCHMARKS = "io.acswatch.benchmarks..";

  /**
   * All packages, from below to above: a class uses its own package and those of lines above its
   * line. Packages of one line do not know each other.
   */
  private static final List<Set<String>> ROOMS =
      """
      pci.config
      pci.config.capability
      pci.hierarchy
      pci.iommu
      pci.snapshot
      pci.groups
      pci.alert
      pci.judge
      pci.explain pci.preflight
      pci.advise
      cli client wire
      wire.frame wire.facts wire.json wire.text
      wire.page
      collector.source
      collector.source.ownership collector.spool
      collector.posted
      collector.agent
      collector.command.text
      collector.command
      simulate
      streams.state
      streams.incident streams.kernel
      streams.topology
      streams.fleet
      streams.api
      streams.app
      streams.command
      standalone
      benchmarks.walk benchmarks.rig
      benchmarks.guard benchmarks.jmh benchmarks.topology benchmarks.latency
      benchmarks
      """
          .lines()
          .map(line -> Set.of(line.split(" ")))
          .toList();

  private static final int MOST_FILES = 25;

  private static final JavaClasses ACSWATCH =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("jmh_generated"))
          .importPackages("io.acswatch");

  @Test
  void a1DomainKnowsTheJdkOnly() {
    check(
        classes()
            .that()
            .resideInAPackage(PCI)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(PCI, "java..", "org.jspecify.annotations..")
            .because(
                "the domain is tested with plain values and used by every module; hand it what it"
                    + " needs as a value, or move the class to wire, collector or streams"));
  }

  @Test
  void a1DomainTouchesNoFilesAndNoNetwork() {
    check(
        noClasses()
            .that()
            .resideInAPackage(PCI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.net..", "java.net.http..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File|RandomAccessFile).*")
            .because("bytes come in and facts go out; read the file in the collector, or in wire"));
  }

  @Test
  void a1DomainHasNoRuntimeDependencyInItsPom() throws Exception {
    NodeList dependencies =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("..", "pci", "pom.xml").toFile())
            .getElementsByTagName("dependency");
    List<String> atRunTime = new ArrayList<>();
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      NodeList scope = dependency.getElementsByTagName("scope");
      String named = scope.getLength() == 0 ? "compile" : scope.item(0).getTextContent().strip();
      if (!Set.of("test", "provided").contains(named)) {
        atRunTime.add(dependency.getTextContent().strip());
      }
    }
    assertEquals(List.of(), atRunTime, "pci/pom.xml: the domain runs on the JDK alone");
  }

  @Test
  void a2WireKnowsTheDomainAndChronicleBytesOnly() {
    check(
        classes()
            .that(resideInAPackage(WIRE).and(not(resideInAPackage("io.acswatch.wire.json.."))))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(WIRE, PCI, "java..", "net.openhft..", "org.jspecify.annotations..")
            .because(
                "collector and streams share it without sharing Kafka; move what needs a Kafka"
                    + " class to the collector or to streams"));
  }

  @Test
  void a2WireWritesJsonInOnePackage() {
    check(
        classes()
            .that()
            .resideInAPackage("io.acswatch.wire.json..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                WIRE, PCI, "java..", "com.fasterxml.jackson.core..", "org.jspecify.annotations..")
            .because(
                "the alert of diff and the alert on the topic are one text, so its writer is in"
                    + " wire, with Jackson's streaming core and nothing that maps objects"));
  }

  @Test
  void a3ChronicleStaysInWire() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(WIRE, BENCHMARKS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("net.openhft..")
            .because(
                "Chronicle's stores do not check bounds; use the checked view of wire instead of"
                    + " its classes"));
  }

  @Test
  void a2ClientKnowsNothingOfOurs() {
    check(
        classes()
            .that()
            .resideInAPackage(CLIENT)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                CLIENT,
                "java..",
                "com.fasterxml.jackson..",
                "org.apache.kafka.common..",
                "org.jspecify.annotations..")
            .because(
                "others put it into programs of their own; give it a type of its own for what it"
                    + " must say"));
  }

  @Test
  void a2CliKnowsPicocliAndTheJdkOnly() {
    check(
        classes()
            .that()
            .resideInAPackage(CLI)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                CLI,
                "java..",
                "com.sun.net.httpserver..",
                "picocli..",
                "org.jspecify.annotations..")
            .because(
                "every command has it, and the reader has little memory; what knows PCI or Kafka"
                    + " belongs to the module of the command"));
  }

  @Test
  void a4CollectorNeverSeesStreams() {
    check(
        noClasses()
            .that()
            .resideInAPackage(COLLECTOR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STREAMS, STANDALONE, "org.apache.kafka.streams..")
            .because("the agent is installed without them; move what both need to wire or pci"));
  }

  @Test
  void a4StreamsNeverSeesTheCollector() {
    check(
        noClasses()
            .that()
            .resideInAPackage(STREAMS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(COLLECTOR, STANDALONE)
            .because("the two meet at the topics only; move what both need to wire or pci"));
  }

  @Test
  void a4OnlyStandaloneKnowsTheBroker() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(STANDALONE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..")
            .because("the broker's classes change with every release; ask EmbeddedBroker"));
  }

  @Test
  void a5TopologiesAreBuiltInTheirRooms() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(TOPOLOGY, INCIDENT, KERNEL)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.apache.kafka.streams.StreamsBuilder")
            .because(
                "every node is named in one place; add the node to the *Topology of its room"));
  }

  @Test
  void a5StreamsRunsInTheAppClassOnly() {
    check(
        noClasses()
            .that(doNot(belongToATopLevelClassNamed("App")))
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.apache.kafka.streams.KafkaStreams")
            .because("start, stop and state listeners belong together; ask IsolationApp"));
  }

  @Test
  void a6MetricsAreConfined() {
    check(
        noClasses()
            .that(doNot(belongToATopLevelClassNamed("Metrics", "Main")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.prometheus..")
            .because(
                "simpleclient is a frozen line that will be replaced; call a method of a *Metrics"
                    + " class that says what happened"));
  }

  @Test
  void a7PackagesHaveNoCycles() {
    check(
        slices()
            .matching("io.acswatch.(**)")
            .should()
            .beFreeOfCycles()
            .because("a package is understood by itself; move what two share below both"));
  }

  @Test
  void a7ArrowsBetweenRoomsPointOneWay() {
    check(
        classes()
            .should(useRoomsAboveTheirLineOnly())
            .because(
                "a room is understood with the rooms that it stands on; move what both need into the"
                    + " lower one, or pass it in as a value. A new package takes a line of ROOMS"));
  }

  @Test
  void a7RoomsAreSmallEnoughToKnow() {
    Map<String, Long> files =
        ACSWATCH.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    files.values().removeIf(count -> count <= MOST_FILES);
    assertEquals(
        Map.of(), files, "a room has one purpose; give its second purpose a room of its own");
  }

  @Test
  void a7CommandsAreCommands() {
    check(
        classes()
            .that()
            .haveSimpleNameEndingWith("Command")
            .should()
            .beAnnotatedWith(CommandLine.Command.class)
            .because(
                "a *Command is what a user can type, a picocli class; name the other one after what"
                    + " it does"));
  }

  @Test
  void a7NothingDependsOnBenchmarks() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(BENCHMARKS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(BENCHMARKS)
            .because("benchmarks look at the program; a fixture both need goes to the program"));
  }

  @Test
  void a8DomainAndTopologyHaveNoClockNoEnvironmentAndNoChance() {
    check(
        noClasses()
            .that(resideInAnyPackage(PCI, TOPOLOGY, INCIDENT))
            .should(callMethodWhere(readsClockEnvironmentOrChance()))
            .orShould()
            .callConstructor(Random.class)
            .orShould()
            .callConstructor(SplittableRandom.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .because(
                "the same observation must give the same judgement in the topology, in diff and in"
                    + " a replay; pass time, settings and seeds in"));
  }

  @Test
  void a9FindingsAreValues() {
    check(
        classes()
            .that(areFindings())
            .should()
            .beRecords()
            .orShould()
            .beEnums()
            .orShould()
            .beInterfaces()
            .because(
                "alerts, observations and states are compared, stored and replayed; make it a"
                    + " record, and its change a new one"));
    check(
        fields()
            .that()
            .areDeclaredInClassesThat(areFindings())
            .should()
            .beFinal()
            .because("a finding does not change once it is made; return a new one"));
  }

  @Test
  void a10NothingPrintsBehindTheCallersBack() {
    check(
        noClasses()
            .that(doNot(belongToATopLevelClassNamed("Main")))
            .should(ACCESS_STANDARD_STREAMS)
            .because(
                "answers go to the writer that the command was given (picocli: getOut of the"
                    + " CommandLine), everything else to the log"));
    check(
        noClasses()
            .should(
                callMethodWhere(
                    describe(
                        "prints a stack trace",
                        (JavaMethodCall call) -> call.getName().equals("printStackTrace"))))
            .because("a user gets one line that says what is wrong; log the exception"));
  }

  @Test
  void a10NothingReachesAroundTheLanguage() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("sun.misc.Unsafe")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectOutputStream.class)
            .because(
                "our input is hostile: bounds stay checked, and bytes become objects through"
                    + " readers of ours only"));
  }

  private static ArchCondition<JavaClass> useRoomsAboveTheirLineOnly() {
    return new ArchCondition<>("use rooms of lines above their own only") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency use : type.getDirectDependenciesFromSelf()) {
          JavaClass used = use.getTargetClass().getBaseComponentType();
          if (used.getPackageName().startsWith(ROOT)
              && !used.getPackageName().equals(type.getPackageName())) {
            boolean below = line(used) >= 0 && line(used) < line(type);
            events.add(new SimpleConditionEvent(type, below, use.getDescription()));
          }
        }
      }
    };
  }

  /** The line of a class's package; -1 if it has none, and then whatever it uses is wrong. */
  private static int line(JavaClass type) {
    String room = type.getPackageName().substring(ROOT.length());
    return IntStream.range(0, ROOMS.size())
        .filter(line -> ROOMS.get(line).contains(room))
        .findFirst()
        .orElse(-1);
  }

  private static void check(ArchRule rule) {
    rule.check(ACSWATCH);
  }

  /** Alerts, observations and states of the domain, by the last word of their names. */
  private static DescribedPredicate<JavaClass> areFindings() {
    return describe(
        "are alerts, observations or states",
        (JavaClass type) ->
            type.getPackageName().startsWith("io.acswatch.pci")
                && type.getSimpleName().matches(".*(Alert|Observation|State)"));
  }

  /** A nested class, and a lambda's, counts as the class in whose file it stands. */
  private static DescribedPredicate<JavaClass> belongToATopLevelClassNamed(String... endings) {
    return describe(
        "belong to a *" + String.join(" or *", endings),
        (JavaClass type) -> {
          String topLevel = type.getName().substring(type.getPackageName().length() + 1);
          String name = topLevel.replaceFirst("\\$.*", "");
          return List.of(endings).stream().anyMatch(name::endsWith);
        });
  }

  private static DescribedPredicate<JavaCall<?>> readsClockEnvironmentOrChance() {
    return describe(
        "reads the clock, the environment or chance",
        (JavaCall<?> call) -> {
          String owner = call.getTargetOwner().getName();
          String method = call.getName();
          return switch (owner) {
            case "java.lang.System" ->
                Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty", "getProperties")
                    .contains(method);
            case "java.lang.Math" -> method.equals("random");
            case "java.util.UUID" -> method.equals("randomUUID");
            case "java.util.concurrent.ThreadLocalRandom" -> true;
            case "java.lang.Boolean", "java.lang.Integer", "java.lang.Long" ->
                Set.of("getBoolean", "getInteger", "getLong").contains(method);
            default ->
                owner.startsWith("java.time.") && Set.of("now", "systemUTC").contains(method);
          };
        });
  }
}
