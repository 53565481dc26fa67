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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The groups a kernel reports, as the groups topic tells them. */
final class ReportedGroups {
  private ReportedGroups() {}

  /** True if a consumer reads the same from both; the time they were taken does not count. */
  static boolean areSame(@Nullable Snapshot before, Snapshot now) {
    return before != null
        && before.boot().id().equals(now.boot().id())
        && told(before).equals(told(now));
  }

  /** All that a consumer reads of the groups. */
  private static List<Object> told(Snapshot snapshot) {
    Map<PciAddress, String> owners = snapshot.ownerOfEach();
    List<PciFunction> grouped = grouped(snapshot);
    List<Object> told = new ArrayList<>(7 * grouped.size());
    for (int i = 0; i < grouped.size(); i++) {
      PciFunction function = grouped.get(i);
      told.add(function.kernel().group());
      told.add(isFirst(grouped, i) ? function.kernel().groupType() : "");
      told.add(function.address());
      told.add(function.path());
      told.add(function.ids().classCode());
      told.add(function.kernel().driver());
      told.add(owners.get(function.address()));
    }
    return told;
  }

  private static List<PciFunction> grouped(Snapshot snapshot) {
    List<PciFunction> grouped = new ArrayList<>(snapshot.functions());
    grouped.removeIf(function -> !function.kernel().hasGroup());
    grouped.sort(
        Comparator.comparingInt((PciFunction function) -> function.kernel().group())
            .thenComparing(PciFunction::address));
    return grouped;
  }

  private static boolean isFirst(List<PciFunction> grouped, int at) {
    return at == 0 || grouped.get(at - 1).kernel().group() != grouped.get(at).kernel().group();
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
    List<PciFunction> grouped = grouped(snapshot);
    String release = snapshot.boot().kernelRelease();
    GroupingModel model =
        GroupingModel.of(KernelVersion.of(release, snapshot.boot().kernelVersion()));
    return Json.bytes(
        Nodes.MAX_RECORD_BYTES,
        json -> {
          json.writeStringField("host", snapshot.host());
          json.writeStringField("boot_id", snapshot.boot().id());
          json.writeStringField("kernel_release", release);
          json.writeStringField("model", model.label());
          Json.time(json, "taken_at", takenAtMillis);
          json.writeArrayFieldStart("groups");
          for (int from = 0, to; from < grouped.size(); from = to) {
            for (to = from + 1; to < grouped.size() && !isFirst(grouped, to); ) {
              to++;
            }
            write(json, grouped.subList(from, to), owners);
          }
          json.writeEndArray();
          Json.object(json, KernelJson.OF_GROUPS, told, KernelJson::write);
        });
  }

  private static void write(
      JsonGenerator json, List<PciFunction> group, Map<PciAddress, String> owners)
      throws IOException {
    json.writeStartObject();
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
    json.writeEndObject();
  }
}
