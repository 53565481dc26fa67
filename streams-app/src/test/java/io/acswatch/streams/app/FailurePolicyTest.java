package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class FailurePolicyTest {
  @Test
  void replacesAThreadForWhatCanPassOnly() {
    assertTrue(FailurePolicy.canPass(new StreamsException(new DisconnectException("gone"))));
    assertFalse(FailurePolicy.canPass(new StreamsException(new IllegalStateException("ours"))));
    assertFalse(FailurePolicy.canPass(new TopicAuthorizationException("no")));
    assertFalse(FailurePolicy.canPass(new OutOfMemoryError()));
  }
}
