package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Partitions as JSON fields, for {@code groups} and the API; names and order are a contract. */
public final class GroupsJson {
  private GroupsJson() {}

  public static void write(JsonGenerator json, Snapshot snapshot, SnapshotGroups groups)
      throws IOException {
    json.writeStringField("host", snapshot.host());
    json.writeStringField("kernel_release", snapshot.boot().kernelRelease());
    json.writeStringField("model", groups.model().label());
    json.writeStringField("model_reason", groups.modelReason());
    write(json, "kernel", snapshot, groups.kernel());
    write(json, "derived", snapshot, groups.derived());
    write(json, "strict", snapshot, groups.strict());
    Json.texts(json, "strict_assumed", sorted(groups.assumed()));
    Json.texts(json, "unknown", sorted(groups.unknown()));
    Json.texts(json, "not_computable", sorted(groups.notComputable()));
    json.writeBooleanField("order_known", snapshot.orderKnown());
    json.writeBooleanField("order_matters", groups.orderMatters());
    json.writeStringField("agreement", groups.agreement().name());
    json.writeStringField("difference", groups.difference());
  }

  private static List<PciAddress> sorted(List<PciAddress> addresses) {
    return addresses.stream().sorted().toList();
  }

  private static void write(
      JsonGenerator json, String name, Snapshot snapshot, @Nullable GroupPartition partition)
      throws IOException {
    if (partition == null) {
      json.writeNullField(name);
      return;
    }
    json.writeArrayFieldStart(name);
    for (List<PciAddress> group : addresses(snapshot, partition)) {
      json.writeStartArray();
      for (PciAddress member : group) {
        json.writeString(member.toString());
      }
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  /** Groups as addresses: each in ascending order, the groups in order of their first member. */
  public static List<List<PciAddress>> addresses(Snapshot snapshot, GroupPartition partition) {
    List<List<PciAddress>> groups = new ArrayList<>(partition.groupCount());
    for (List<Integer> members : partition.members()) {
      groups.add(
          members.stream().map(i -> snapshot.functions().get(i).address()).sorted().toList());
    }
    groups.sort(Comparator.comparing(group -> group.get(0)));
    return groups;
  }
}
