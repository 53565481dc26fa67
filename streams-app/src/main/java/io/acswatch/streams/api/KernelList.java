package io.acswatch.streams.api;

import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.wire.json.KernelJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** What is known of the kernels that this instance keeps, as lines that can be merged. */
final class KernelList {
  static final Set<String> PARAMETERS = Set.of("release", "offset", "limit");

  private KernelList() {}

  static ListPart of(Instances instances, Parameters asked, int limit) throws ApiException {
    String release = asked.text("release");
    List<KernelKnowledge> matching =
        instances.kernels().stream()
            .filter(kernel -> release.isEmpty() || kernel.release().equals(release))
            .toList();
    return ListPart.of(
        matching,
        kernel -> kernel.release() + " " + kernel.version(),
        kernel -> new String(KernelJson.write(kernel), StandardCharsets.UTF_8),
        limit);
  }
}
