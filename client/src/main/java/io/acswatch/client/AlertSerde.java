package io.acswatch.client;

/**
 * Serde of {@link Alert}; also its serializer and deserializer, so that one class name serves for
 * {@code value.deserializer} of a consumer and {@code default.value.serde} of Kafka Streams.
 */
public final class AlertSerde extends JsonSerde<Alert> {
  public AlertSerde() {
    super(Alert.class);
  }
}
