package io.acswatch.streams.topology;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The groups a kernel reports, as the groups topic tells them. */
final class ReportedGroups {
  // Names of fields as they are written, for each function has all of them.
  private static final SerializedString ADDRESS = new SerializedString("address");
  private static final SerializedString PATH = new SerializedString("path");
  private static final SerializedString CLASS = new SerializedString("class");
  private static final SerializedString DRIVER = new SerializedString("driver");
  private static final SerializedString OWNER = new SerializedString("owner");

  private final Snapshot snapshot;
  private final Map<PciAddress, String> owners;
  private final List<PciFunction> grouped;

  private ReportedGroups(Snapshot snapshot) {
    this.snapshot = snapshot;
    owners = snapshot.ownerOfEach();
    grouped = grouped(snapshot);
  }

  /**
   * The groups of a snapshot; null if a consumer reads the same of the one before. The time they
   * were taken does not count.
   */
  static @Nullable ReportedGroups newsOf(Snapshot now, @Nullable Snapshot before) {
    boolean sameBoot = before != null && before.boot().id().equals(now.boot().id());
    if (sameBoot && hasFunctionsOf(before, now)) {
      return null;
    }
    ReportedGroups groups = new ReportedGroups(now);
    return sameBoot && groups.tellsTheSameAs(new ReportedGroups(before)) ? null : groups;
  }

  /** True if the functions tell the same one by one, and so in any order. */
  private static boolean hasFunctionsOf(Snapshot before, Snapshot now) {
    List<PciFunction> then = before.functions();
    boolean same = then.size() == now.functions().size() && before.owners().equals(now.owners());
    for (int i = 0; same && i < then.size(); i++) {
      PciFunction a = then.get(i);
      PciFunction b = now.functions().get(i);
      same = tellTheSame(a, b) && a.kernel().groupType().equals(b.kernel().groupType());
    }
    return same;
  }

  private boolean tellsTheSameAs(ReportedGroups other) {
    boolean same = grouped.size() == other.grouped.size();
    for (int i = 0; same && i < grouped.size(); i++) {
      PciFunction a = grouped.get(i);
      PciFunction b = other.grouped.get(i);
      same =
          tellTheSame(a, b)
              && Objects.equals(owners.get(a.address()), other.owners.get(b.address()))
              && (!isFirst(grouped, i) || a.kernel().groupType().equals(b.kernel().groupType()));
    }
    return same;
  }

  private static boolean tellTheSame(PciFunction a, PciFunction b) {
    return a == b
        || a.kernel().group() == b.kernel().group()
            && a.address().equals(b.address())
            && a.path().equals(b.path())
            && a.ids().classCode() == b.ids().classCode()
            && a.kernel().driver().equals(b.kernel().driver());
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
  byte[] json(@Nullable KernelKnowledge told) {
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
          Json.time(json, "taken_at", snapshot.takenAtMillis());
          json.writeArrayFieldStart("groups");
          for (int from = 0, to; from < grouped.size(); from = to) {
            for (to = from + 1; to < grouped.size() && !isFirst(grouped, to); ) {
              to++;
            }
            write(json, from, to);
          }
          json.writeEndArray();
          Json.object(json, KernelJson.OF_GROUPS, told, KernelJson::write);
        });
  }

  private void write(JsonGenerator json, int from, int to) throws IOException {
    json.writeStartObject();
    json.writeNumberField("number", grouped.get(from).kernel().group());
    Json.text(json, "type", grouped.get(from).kernel().groupType());
    json.writeArrayFieldStart("members");
    for (int i = from; i < to; i++) {
      PciFunction member = grouped.get(i);
      json.writeStartObject();
      write(json, ADDRESS, member.address().toString());
      write(json, PATH, member.path().text());
      json.writeFieldName(CLASS);
      json.writeNumber(member.ids().classCode());
      writeOrNull(json, DRIVER, member.kernel().driver());
      writeOrNull(json, OWNER, owners.get(member.address()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, SerializedString name, String text)
      throws IOException {
    json.writeFieldName(name);
    json.writeString(text);
  }

  private static void writeOrNull(JsonGenerator json, SerializedString name, @Nullable String text)
      throws IOException {
    write(json, name, text == null || text.isEmpty() ? null : text);
  }
}
