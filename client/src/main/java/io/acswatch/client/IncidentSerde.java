package io.acswatch.client;

/** Serde of {@link Incident}; also its serializer and deserializer. */
public final class IncidentSerde extends JsonSerde<Incident> {
  /** Needs no settings. */
  public IncidentSerde() {
    super(Incident.class);
  }
}
