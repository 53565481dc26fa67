package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.Snapshot;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A snapshot as fields of a JSON object: its boot, its groups, its functions. */
public final class SnapshotJson {
  private SnapshotJson() {}

  /**
   * Writes a snapshot.
   *
   * @param before the last snapshot of the boot before, by which some kernels group; null if
   *     unknown
   */
  public static void write(JsonGenerator json, Snapshot snapshot, @Nullable Snapshot before)
      throws IOException {
    Json.time(json, "taken_at", snapshot.takenAtMillis());
    json.writeNumberField("sequence", snapshot.sequence());
    json.writeStringField("boot_id", snapshot.boot().id());
    json.writeStringField("boot_class", snapshot.bootClass().name());
    json.writeStringField("command_line", snapshot.boot().commandLine());
    json.writeBooleanField("kexec_loaded", snapshot.kexecLoaded());
    GroupsJson.write(json, snapshot, SnapshotGroups.of(snapshot, null, before));
    Map<PciAddress, String> owners = snapshot.ownerOfEach();
    KernelGrouping grouping =
        SnapshotGrouping.grouping(
            snapshot, ModelChoice.of(snapshot.boot(), null, snapshot.functions()), before);
    json.writeArrayFieldStart("functions");
    for (int i = 0; i < snapshot.functions().size(); i++) {
      json.writeStartObject();
      function(json, grouping, i, owners.get(snapshot.functions().get(i).address()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void function(
      JsonGenerator json, KernelGrouping grouping, int index, @Nullable String owner)
      throws IOException {
    HostHierarchy hierarchy = grouping.hierarchy();
    PciFunction function = hierarchy.function(index);
    KernelView kernel = function.kernel();
    int parent = hierarchy.shownBelow(index);
    FunctionJson.writeHeader(json, function.address(), function.ids(), function.config(), false);
    FunctionJson.writeAcs(json, function.config(), false);
    json.writeStringField("path", function.path().text());
    Json.number(json, "parent", parent == HostHierarchy.NONE ? null : parent);
    json.writeStringField("type", hierarchy.type(index).label());
    json.writeBooleanField("bridge", function.isBridge());
    json.writeBooleanField("vf", function.isVirtualFunction());
    Json.text(json, "driver", kernel.driver());
    Json.text(json, "owner", owner);
    json.writeStringField("isolates", label(grouping.verdict(index)));
    Json.number(json, "group", kernel.hasGroup() ? kernel.group() : null);
    Json.text(json, "group_type", kernel.groupType());
  }

  private static String label(AcsVerdict verdict) {
    return switch (verdict) {
      case ENFORCED -> "yes";
      case NOT_ENFORCED -> "no";
      default -> verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }
}
