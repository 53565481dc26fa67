package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One host with all that is remembered of it: both snapshots, their groups, its open alerts. */
final class HostJson {
  private HostJson() {}

  static void write(JsonGenerator json, FleetIndex.@Nullable Listed listed, HostState state)
      throws IOException {
    Snapshot current = state.current();
    Snapshot baseline = state.baseline();
    json.writeStartObject();
    json.writeStringField("host", current == null ? "" : current.host());
    Json.text(json, "status", listed == null ? null : listed.status().label());
    Json.time(json, "heard_at", listed == null ? 0 : listed.heardMillis());
    json.writeNumberField("revision", state.revision());
    // Of a host that was seen once, there is nothing before.
    boolean two = baseline != null && current != null && !baseline.equals(current);
    snapshot(json, "before", two ? baseline : null, null);
    snapshot(json, "after", current, two ? baseline : null);
    json.writeArrayFieldStart("alerts");
    for (IsolationAlert alert : state.open()) {
      AlertJson.writeTo(json, alert);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void snapshot(
      JsonGenerator json, String name, @Nullable Snapshot snapshot, @Nullable Snapshot before)
      throws IOException {
    if (snapshot == null) {
      json.writeNullField(name);
      return;
    }
    SnapshotGroups groups = SnapshotGroups.of(snapshot, null, before);
    json.writeObjectFieldStart(name);
    Json.time(json, "taken_at", snapshot.takenAtMillis());
    json.writeNumberField("sequence", snapshot.sequence());
    json.writeStringField("boot_id", snapshot.boot().id());
    json.writeStringField("boot_class", snapshot.bootClass().name());
    json.writeStringField("kernel_release", snapshot.boot().kernelRelease());
    json.writeStringField("command_line", snapshot.boot().commandLine());
    json.writeBooleanField("kexec_loaded", snapshot.kexecLoaded());
    json.writeStringField("model", groups.model().label());
    json.writeStringField("model_reason", groups.modelReason());
    Json.number(json, "kernel_groups", groups.kernel() == null ? -1 : groups.kernel().groupCount());
    json.writeNumberField("derived_groups", groups.derived().groupCount());
    json.writeNumberField("strict_groups", groups.strict().groupCount());
    functions(json, snapshot, groups, before);
    json.writeEndObject();
  }

  private static void functions(
      JsonGenerator json, Snapshot snapshot, SnapshotGroups groups, @Nullable Snapshot before)
      throws IOException {
    Map<PciAddress, String> owners = new HashMap<>();
    for (OwnershipClaim claim : snapshot.owners()) {
      owners.putIfAbsent(claim.address(), claim.vm());
    }
    KernelGrouping grouping =
        SnapshotGroups.grouping(snapshot, ModelChoice.of(snapshot.boot(), null), before);
    json.writeArrayFieldStart("functions");
    for (int i = 0; i < snapshot.functions().size(); i++) {
      PciFunction function = snapshot.functions().get(i);
      json.writeStartObject();
      identity(json, grouping.hierarchy(), i);
      Json.text(json, "driver", function.kernel().driver());
      Json.text(json, "owner", owners.get(function.address()));
      json.writeStringField("read", function.config().status().name());
      json.writeStringField("isolates", label(grouping.verdict(i)));
      acs(json, function.config().acs());
      KernelView kernel = function.kernel();
      Json.number(json, "group", kernel.hasGroup() ? kernel.group() : -1);
      Json.text(json, "group_type", kernel.groupType());
      Json.number(json, "k", label(groups.kernel(), i));
      Json.number(json, "l", label(groups.derived(), i));
      Json.number(json, "s", label(groups.strict(), i));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void identity(JsonGenerator json, HostHierarchy hierarchy, int index)
      throws IOException {
    PciFunction function = hierarchy.function(index);
    json.writeStringField("address", function.address().toString());
    json.writeStringField("path", function.path().text());
    Json.number(json, "parent", hierarchy.shownBelow(index));
    json.writeNumberField("vendor", function.ids().vendor());
    json.writeNumberField("device", function.ids().device());
    json.writeNumberField("class", function.ids().classCode());
    json.writeStringField("type", hierarchy.type(index).label());
    json.writeBooleanField("bridge", function.isBridge());
    json.writeBooleanField("vf", function.isVirtualFunction());
  }

  private static void acs(JsonGenerator json, @Nullable AcsRegisters acs) throws IOException {
    if (acs == null) {
      json.writeNullField("acs");
      return;
    }
    json.writeObjectFieldStart("acs");
    json.writeNumberField("offset", acs.offset());
    json.writeNumberField("capability", acs.capability());
    json.writeNumberField("control", acs.control());
    Json.texts(json, "capability_flags", AcsRegisters.flagNames(acs.capability()));
    Json.texts(json, "control_flags", AcsRegisters.flagNames(acs.control()));
    json.writeEndObject();
  }

  private static String label(AcsVerdict verdict) {
    return switch (verdict) {
      case ENFORCED -> "yes";
      case NOT_ENFORCED -> "no";
      default -> verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }

  private static int label(@Nullable GroupPartition partition, int index) {
    return partition == null ? GroupPartition.NO_GROUP : partition.groupOf(index);
  }
}
