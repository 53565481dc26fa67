package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelVersion;
import io.acswatch.pci.iommu.RuleSet;
import io.acswatch.wire.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of the rules of a kernel, as {@code kernel-v1.schema.json} describes it. */
public final class KernelJson {
  /** Field of a host's groups that tells what these say of the rules of its kernel. */
  public static final String OF_GROUPS = "kernel_rules";

  /** How groups end that tell nothing: after the first ones of a boot, all of them. */
  private static final byte[] UNTOLD =
      ("\"" + OF_GROUPS + "\":null}").getBytes(StandardCharsets.US_ASCII);

  private KernelJson() {}

  public static byte[] write(KernelKnowledge kernel) {
    return Json.bytes(json -> write(json, kernel));
  }

  public static void write(JsonGenerator json, KernelKnowledge kernel) throws IOException {
    json.writeNumberField("schema_version", 1);
    json.writeStringField("kernel_release", kernel.release());
    json.writeStringField("kernel_version", kernel.version());
    json.writeNumberField("hosts", kernel.hosts());
    json.writeNumberField("unexplained_hosts", kernel.unexplained());
    Json.objects(json, "rule_sets", kernel.ruleSets(), KernelJson::write);
    List<RuleSet> explaining = kernel.explaining();
    Json.texts(json, "explaining", explaining.stream().map(RuleSet::text).toList());
    json.writeBooleanField(
        "told_apart", explaining.stream().map(RuleSet::model).distinct().count() < 2);
    Json.time(json, "first_seen", kernel.firstSeenMillis());
    Json.time(json, "last_seen", kernel.lastSeenMillis());
  }

  private static void write(JsonGenerator json, KernelKnowledge.Told told) throws IOException {
    json.writeStringField("model", told.rules().model().label());
    json.writeStringField("quirks", told.rules().quirks().toString());
    json.writeStringField("answer", told.answer());
    json.writeNumberField("explained", told.explained());
    json.writeNumberField("contradicted", told.contradicted());
    json.writeNumberField("open", told.open());
  }

  /** Reads one object back; fields and models that it does not know are skipped. */
  public static KernelKnowledge read(byte[] json) throws InputException {
    return read(JsonObject.parse(json));
  }

  /** What the groups of a host say of its kernel; null if that is not in this value. */
  public static @Nullable KernelKnowledge readOfGroups(byte[] groups) throws InputException {
    int end = groups.length;
    if (end >= UNTOLD.length
        && Arrays.equals(groups, end - UNTOLD.length, end, UNTOLD, 0, UNTOLD.length)) {
      return null;
    }
    JsonObject kernel = JsonObject.parse(groups).optionalObject(OF_GROUPS);
    return kernel == null ? null : read(kernel);
  }

  /** Reads what the API answers to {@code kernels}: an object with a list of them. */
  public static List<KernelKnowledge> readList(byte[] json) throws InputException {
    return JsonObject.parse(json).list("kernels", KernelJson::read);
  }

  private static KernelKnowledge read(JsonObject json) throws InputException {
    List<KernelKnowledge.Told> told = new ArrayList<>();
    for (JsonObject set : json.list("rule_sets", set -> set)) {
      RuleSet rules = rules(set.text("model"), set.text("quirks"));
      if (rules != null) {
        told.add(
            new KernelKnowledge.Told(
                rules, set.number("explained"), set.number("contradicted"), set.number("open")));
      }
    }
    return new KernelKnowledge(
        json.text("kernel_release"),
        json.text("kernel_version"),
        json.number("hosts"),
        json.number("unexplained_hosts"),
        told,
        json.time("first_seen"),
        json.time("last_seen"));
  }

  private static @Nullable RuleSet rules(String model, String quirks) {
    return GroupingModel.named(model)
        .map(known -> new RuleSet(known, KernelVersion.of(quirks, "")))
        .orElse(null);
  }
}
