package io.acswatch.client;

/** Serde of {@link HostGroups}; also its serializer and deserializer. */
public final class HostGroupsSerde extends JsonSerde<HostGroups> {
  public HostGroupsSerde() {
    super(HostGroups.class);
  }
}
