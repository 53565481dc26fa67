package io.acswatch.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNamesTest {
  @Test
  void haveACommonPrefix() {
    assertEquals(
        List.of(
            "acswatch.frames",
            "acswatch.commands",
            "acswatch.host-keys",
            "acswatch.alerts",
            "acswatch.alert-state",
            "acswatch.groups",
            "acswatch.incidents",
            "acswatch.kernels",
            "acswatch.rejects"),
        TopicNames.DEFAULT.all());
    assertEquals("lab-1.frames", new TopicNames("lab-1").frames());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a b", "a/b", "ä", "-a"})
  void refuseWhatKafkaWouldRefuse(String prefix) {
    assertThrows(IllegalArgumentException.class, () -> new TopicNames(prefix));
  }
}
