package io.acswatch.benchmarks.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/** Runs each benchmark method once with each parameter; its set-up checks the answers. */
class BenchmarksTest {
  private static final List<Class<?>> BENCHMARKS =
      List.of(FindAcsBenchmark.class, DecodeFrameBenchmark.class, JudgeSnapshotBenchmark.class);

  /** A working set beyond the caches takes a quarter of a gigabyte; its answers are the same. */
  private static final int MOST_FUNCTIONS = 4096;

  static Stream<Arguments> runs() {
    return BENCHMARKS.stream()
        .flatMap(
            type ->
                annotatedWithBenchmark(type).stream()
                    .flatMap(
                        method ->
                            values(type).stream()
                                .map(value -> Arguments.of(type, method.getName(), value))));
  }

  private static List<Method> annotatedWithBenchmark(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Benchmark.class))
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  private static Optional<Field> parameter(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .filter(field -> field.isAnnotationPresent(Param.class))
        .findFirst();
  }

  private static List<String> values(Class<?> type) {
    return parameter(type)
        .map(field -> List.of(field.getAnnotation(Param.class).value()))
        .orElse(List.of(""))
        .stream()
        .filter(value -> !value.matches("[0-9]+") || Integer.parseInt(value) <= MOST_FUNCTIONS)
        .toList();
  }

  private static void set(Field parameter, Object benchmark, String value)
      throws IllegalAccessException {
    parameter.set(benchmark, parameter.getType() == int.class ? Integer.valueOf(value) : value);
  }

  @ParameterizedTest(name = "{0}.{1} {2}")
  @MethodSource("runs")
  void runsOnceWithItsAnswersChecked(Class<?> type, String name, String value) throws Exception {
    Object benchmark = type.getDeclaredConstructor().newInstance();
    Optional<Field> parameter = parameter(type);
    if (parameter.isPresent()) {
      set(parameter.get(), benchmark, value);
    }
    for (Method method : type.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Setup.class)) {
        method.invoke(benchmark);
      }
    }
    for (Method method : annotatedWithBenchmark(type)) {
      if (method.getName().equals(name)) {
        List<Object> arguments = new ArrayList<>();
        for (Class<?> wanted : method.getParameterTypes()) {
          assertEquals(Blackhole.class, wanted);
          arguments.add(
              new Blackhole(
                  "Today's password is swordfish. I understand instantiating Blackholes directly is"
                      + " dangerous."));
        }
        method.invoke(benchmark, arguments.toArray());
      }
    }
  }

  @Test
  void runsThemAll() {
    assertEquals(12, runs().count());
  }
}
