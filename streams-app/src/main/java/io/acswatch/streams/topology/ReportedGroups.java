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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The groups a kernel reports, as the groups topic tells them. Equal if nothing a consumer reads
 * from them differs; the time they were taken does not count.
 *
 * @param host id of the host
 * @param bootId the boot in which the numbers hold
 * @param kernelRelease {@code uname -r}
 * @param model label of the {@link GroupingModel} of that kernel
 * @param groups in order of number; empty if no IOMMU is on
 */
record ReportedGroups(
    String host, String bootId, String kernelRelease, String model, List<Group> groups) {
  /** A group; members in order of address. */
  record Group(int number, String type, List<Member> members) {}

  /** A function in a group; driver and owner are empty if there is none, the class has 24 bits. */
  record Member(PciAddress address, String path, int classCode, String driver, String owner) {}

  /** True if the groups of both say the same, without making them where that is easily seen. */
  static boolean areSame(@Nullable Snapshot before, Snapshot now) {
    return before != null
        && before.boot().id().equals(now.boot().id())
        && (sayTheSame(before, now) || of(before).equals(of(now)));
  }

  /** True only if all that goes into the groups is the same, and in the same order. */
  private static boolean sayTheSame(Snapshot before, Snapshot now) {
    int size = now.functions().size();
    if (before.functions().size() != size
        || !before.boot().equals(now.boot())
        || !before.owners().equals(now.owners())) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      PciFunction then = before.functions().get(i);
      PciFunction function = now.functions().get(i);
      if (!then.address().equals(function.address())
          || !then.path().equals(function.path())
          || then.ids().classCode() != function.ids().classCode()
          || then.kernel().group() != function.kernel().group()
          || !then.kernel().groupType().equals(function.kernel().groupType())
          || !then.kernel().driver().equals(function.kernel().driver())) {
        return false;
      }
    }
    return true;
  }

  static ReportedGroups of(Snapshot snapshot) {
    Map<PciAddress, String> owners = snapshot.ownerOfEach();
    Map<Integer, List<PciFunction>> byNumber = new TreeMap<>();
    for (PciFunction function : snapshot.functions()) {
      if (function.kernel().hasGroup()) {
        byNumber
            .computeIfAbsent(function.kernel().group(), unused -> new ArrayList<>())
            .add(function);
      }
    }
    List<Group> groups = new ArrayList<>(byNumber.size());
    byNumber.forEach((number, functions) -> groups.add(group(number, functions, owners)));
    String release = snapshot.boot().kernelRelease();
    GroupingModel model =
        GroupingModel.of(KernelVersion.of(release, snapshot.boot().kernelVersion()));
    return new ReportedGroups(
        snapshot.host(), snapshot.boot().id(), release, model.label(), List.copyOf(groups));
  }

  private static Group group(
      int number, List<PciFunction> functions, Map<PciAddress, String> owners) {
    functions.sort(Comparator.comparing(PciFunction::address));
    List<Member> members = new ArrayList<>(functions.size());
    for (PciFunction function : functions) {
      members.add(
          new Member(
              function.address(),
              function.path().text(),
              function.ids().classCode(),
              function.kernel().driver(),
              owners.getOrDefault(function.address(), "")));
    }
    return new Group(number, functions.get(0).kernel().groupType(), members);
  }

  /**
   * One line of JSON in UTF-8: {@code {"host","boot_id","kernel_release","model","taken_at",
   * "groups":[{"number","type","members":[{"address","path","class","driver","owner"}]}],"kernel_rules"}};
   * null where there is no owner or driver or the time is unknown.
   *
   * @param told what they say of the rules of this kernel; null if that was told before
   */
  byte[] json(long takenAtMillis, @Nullable KernelKnowledge told) {
    return Json.bytes(
        json -> {
          json.writeStringField("host", host);
          json.writeStringField("boot_id", bootId);
          json.writeStringField("kernel_release", kernelRelease);
          json.writeStringField("model", model);
          Json.time(json, "taken_at", takenAtMillis);
          Json.objects(json, "groups", groups, ReportedGroups::write);
          Json.object(json, KernelJson.OF_GROUPS, told, KernelJson::write);
        });
  }

  private static void write(JsonGenerator json, Group group) throws IOException {
    json.writeNumberField("number", group.number());
    Json.text(json, "type", group.type());
    Json.objects(json, "members", group.members(), ReportedGroups::write);
  }

  private static void write(JsonGenerator json, Member member) throws IOException {
    json.writeStringField("address", member.address().toString());
    json.writeStringField("path", member.path());
    json.writeNumberField("class", member.classCode());
    Json.text(json, "driver", member.driver());
    Json.text(json, "owner", member.owner());
  }
}
