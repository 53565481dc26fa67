package io.acswatch.streams.api;

import io.acswatch.client.Incident;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.judge.HostState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which instance keeps what; {@link ApiException#unavailable} while partitions move. */
public interface Instances {
  /** Where this instance is reached, {@code host:port}. */
  String self();

  /** True if this instance runs, knows the others, and has read all that it keeps. */
  boolean isWhole();

  /** Why this instance judges nothing now, or not all; null while it judges. */
  @Nullable Outage outage();

  /** Where each instance that keeps states is reached. */
  List<String> all();

  /** Where the instance is reached that keeps a host, known or not. */
  String ownerOf(String host) throws ApiException;

  /** The state of a host; null if this instance keeps none of it. */
  @Nullable HostState state(String host) throws ApiException;

  /** Where each instance is reached that keeps a part of this list, incidents or kernels. */
  List<String> keepersOf(String list);

  /** The incidents kept here, in no order; of a host only those that are open on it. */
  List<Incident> incidents(String host) throws ApiException;

  /** What is known of the kernels that this instance keeps, in no order. */
  List<KernelKnowledge> kernels() throws ApiException;
}
