package io.acswatch.client;

/** Serde of {@link Incident}; also its serializer and deserializer. */
public final class IncidentSerde extends JsonSerde<Incident> {
  public IncidentSerde() {
    super(Incident.class);
  }
}
