package io.acswatch.benchmarks.chaos;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.pool.TypePool;

/**
 * Rewrites methods of the application as it loads them: the mutants that the suite must catch, and
 * a build with another state version. Part of no jar that is shipped: it is handed to the instances
 * with {@code -javaagent}, in a jar that only names where these classes are.
 */
public final class MutantAgent {
  private static final String OTHER_BUILD = "other-build";
  private static final String STREAMS = "io.acswatch.streams.";
  private static final String BOOTS = "io.acswatch.pci.judge.BootHistory";
  private static final String MUTATIONS = "io.acswatch.benchmarks.chaos.Mutations$";
  private static final String KAFKA = "org.apache.kafka.streams.processor.internals.";

  private MutantAgent() {}

  /** A method that is changed; no name of a method stands for the constructors. */
  private record Change(String type, String method, String advice) {}

  private static List<Change> changes(String name) {
    return switch (name) {
      case OTHER_BUILD ->
          List.of(
              new Change(STREAMS + "state.StateWriter", "write", MUTATIONS + "LaterVersionOut"),
              new Change(STREAMS + "state.PackedState", "settled", MUTATIONS + "LaterVersionOut"),
              new Change(STREAMS + "state.PackedState", "", MUTATIONS + "LaterVersionIn"),
              new Change(STREAMS + "state.StateReader", "read", MUTATIONS + "LaterVersionIn"));
      case "commit-before-write" ->
          List.of(
              new Change(STREAMS + "app.KafkaSettings", "streams", MUTATIONS + "AtLeastOnce"),
              new Change(KAFKA + "RecordCollectorImpl", "flush", MUTATIONS + "Skipped"));
      case "no-boot-order" -> List.of(new Change(BOOTS, "placeOf", MUTATIONS + "OtherBootIsNext"));
      case "no-dedupe" -> List.of(new Change(BOOTS, "placeOf", MUTATIONS + "SameBootIsNews"));
      case "no-size-check" ->
          List.of(
              new Change(
                  STREAMS + "topology.JudgeIsolation", "refuseTooLarge", MUTATIONS + "Skipped"),
              new Change("io.acswatch.wire.json.Json$Limited", "count", MUTATIONS + "Skipped"),
              new Change("io.acswatch.wire.frame.FrameCheck", "tooLong", MUTATIONS + "Skipped"));
      case "trust-standby" ->
          List.of(
              new Change(KAFKA + "ProcessorStateManager", "restore", MUTATIONS + "NotRestored"));
      case "always-ready" ->
          List.of(new Change(STREAMS + "app.AppStatus", "reasons", MUTATIONS + "NoReason"));
      default -> throw new IllegalArgumentException("no such mutant: " + name);
    };
  }

  /** The JVM's flag for an instance; empty if it is as it is shipped. */
  static String flag(Path directory, String mutant, boolean otherBuild) throws IOException {
    List<String> names = new ArrayList<>();
    if (!mutant.isEmpty()) {
      names.add(mutant);
    }
    if (otherBuild) {
      names.add(OTHER_BUILD);
    }
    return names.isEmpty() ? "" : " -javaagent:" + jar(directory) + "=" + String.join(",", names);
  }

  private static Path jar(Path directory) throws IOException {
    Path jar = directory.resolve("mutants.jar");
    if (Files.exists(jar)) {
      return jar;
    }
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Premain-Class", MutantAgent.class.getName());
    main.put(
        Attributes.Name.CLASS_PATH,
        Arrays.stream(System.getProperty("java.class.path").split(":"))
            .filter(entry -> entry.contains("test-classes") || entry.contains("byte-buddy"))
            .map(entry -> Path.of(entry).toUri().toString())
            .collect(Collectors.joining(" ")));
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }

  /**
   * Read as a file: loading it would load the classes that it names, one of which is being loaded.
   */
  private static Advice advice(String name) {
    return Advice.to(
        TypePool.Default.ofSystemLoader().describe(name).resolve(),
        ClassFileLocator.ForClassLoader.ofSystemLoader());
  }

  public static void premain(String names, Instrumentation jvm) {
    for (String name : names.split(",")) {
      for (Change change : changes(name)) {
        ElementMatcher.Junction<net.bytebuddy.description.method.MethodDescription> method =
            change.method().isEmpty() ? isConstructor() : named(change.method());
        new AgentBuilder.Default()
            .disableClassFormatChanges()
            .type(named(change.type()))
            .transform(
                (builder, type, loader, module, domain) -> {
                  if (type.getDeclaredMethods().filter(method).isEmpty()) {
                    System.err.println("mutant " + name + ": there is no " + change);
                    Runtime.getRuntime().halt(70);
                  }
                  System.err.println("mutant " + name + ": " + change);
                  return builder.visit(advice(change.advice()).on(method));
                })
            .installOn(jvm);
      }
    }
  }
}
