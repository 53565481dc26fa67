package io.acswatch.streams.topology;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelVersion;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.json.KernelJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The groups a kernel reports, as the groups topic tells them. */
final class ReportedGroups {
  private ReportedGroups() {}

  /** True if a consumer reads the same from both; the time they were taken does not count. */
  static boolean areSame(@Nullable Snapshot before, Snapshot now) {
    return before != null
        && before.boot().id().equals(now.boot().id())
        && (told(before).equals(told(now))
            || Arrays.equals(json(before, 0, null), json(now, 0, null)));
  }

  /** All that goes into the groups, and no register: most changes are told apart by it alone. */
  private static List<Object> told(Snapshot snapshot) {
    List<Object> told = new ArrayList<>(List.of(snapshot.boot(), snapshot.owners()));
    snapshot
        .functions()
        .forEach(f -> Collections.addAll(told, f.address(), f.path(), f.ids(), f.kernel()));
    return told;
  }

  /**
   * One line of JSON in UTF-8: {@code {"host","boot_id","kernel_release","model","taken_at",
   * "groups":[{"number","type","members":[{"address","path","class","driver","owner"}]}],"kernel_rules"}};
   * null where there is no owner or driver or the time is unknown. Groups are in order of number,
   * members in order of address; there are none if no IOMMU is on.
   *
   * @param told what they say of the rules of this kernel; null if that was told before
   */
  static byte[] json(Snapshot snapshot, long takenAtMillis, @Nullable KernelKnowledge told) {
    Map<PciAddress, String> owners = snapshot.ownerOfEach();
    Collection<List<PciFunction>> groups =
        snapshot.functions().stream()
            .filter(function -> function.kernel().hasGroup())
            .sorted(Comparator.comparing(PciFunction::address))
            .collect(
                Collectors.groupingBy(
                    function -> function.kernel().group(), TreeMap::new, Collectors.toList()))
            .values();
    String release = snapshot.boot().kernelRelease();
    GroupingModel model =
        GroupingModel.of(KernelVersion.of(release, snapshot.boot().kernelVersion()));
    return Json.bytes(
        json -> {
          json.writeStringField("host", snapshot.host());
          json.writeStringField("boot_id", snapshot.boot().id());
          json.writeStringField("kernel_release", release);
          json.writeStringField("model", model.label());
          Json.time(json, "taken_at", takenAtMillis);
          Json.objects(json, "groups", groups, (out, group) -> write(out, group, owners));
          Json.object(json, KernelJson.OF_GROUPS, told, KernelJson::write);
        });
  }

  private static void write(
      JsonGenerator json, List<PciFunction> group, Map<PciAddress, String> owners)
      throws IOException {
    json.writeNumberField("number", group.get(0).kernel().group());
    Json.text(json, "type", group.get(0).kernel().groupType());
    Json.objects(
        json,
        "members",
        group,
        (out, member) -> {
          out.writeStringField("address", member.address().toString());
          out.writeStringField("path", member.path().text());
          out.writeNumberField("class", member.ids().classCode());
          Json.text(out, "driver", member.kernel().driver());
          Json.text(out, "owner", owners.get(member.address()));
        });
  }
}
