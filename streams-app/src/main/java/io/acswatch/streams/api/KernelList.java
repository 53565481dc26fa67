package io.acswatch.streams.api;

import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.wire.json.KernelJson;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
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
            .sorted(Comparator.comparing(KernelList::key))
            .toList();
    return new ListPart(
        matching.size(),
        matching.stream()
            .limit(limit)
            .map(
                kernel ->
                    new ListPart.Line(
                        key(kernel), new String(KernelJson.write(kernel), StandardCharsets.UTF_8)))
            .toList());
  }

  private static String key(KernelKnowledge kernel) {
    return kernel.release() + " " + kernel.version();
  }
}
