package io.acswatch.collector.source.ownership;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads QEMU's command line. Options begin with one or two dashes; their value is a list {@code
 * key=value,...} in which a comma of a value is doubled, or a JSON object:
 *
 * <pre>
 *   -device vfio-pci,host=0000:06:00.0,id=hostdev0       -uuid 6a1e...      -name guest=vm1,...
 *   -device {"driver":"vfio-pci","sysfsdev":"/sys/bus/pci/devices/0000:06:00.0"}
 *   -device vfio-pci,fd=33,iommufd=iommufd0              names no device
 *   -blockdev {"driver":"nvme","device":"0000:07:00.0","namespace":1}      through VFIO, too
 * </pre>
 */
final class QemuArguments {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String NVME_URL = "nvme://";

  private String uuid = "";
  private String smbiosUuid = "";
  private String name = "";
  private final List<PciAddress> devices = new ArrayList<>();

  private QemuArguments() {}

  static Vmm read(List<String> arguments) {
    QemuArguments read = new QemuArguments();
    for (int i = 1; i + 1 < arguments.size(); i++) {
      String option = arguments.get(i);
      if (option.startsWith("-")
          && read.take(option.substring(dashes(option)), arguments.get(i + 1))) {
        i++;
      }
    }
    String uuid = read.uuid.isEmpty() ? read.smbiosUuid : read.uuid;
    return new Vmm("qemu", uuid, read.name, read.devices);
  }

  private static int dashes(String option) {
    return option.startsWith("--") ? 2 : 1;
  }

  /** Takes an option with its value; false if it is none that we read. */
  private boolean take(String option, String value) {
    switch (option) {
      case "uuid" -> uuid = value.strip();
      case "name" -> name = fields(value, "guest").getOrDefault("guest", name);
      case "smbios" -> smbiosUuid = fields(value, "type").getOrDefault("uuid", smbiosUuid);
      case "device" -> device(fields(value, "driver"));
      case "blockdev" -> blockDevice(fields(value, "driver"));
      case "drive" -> drive(fields(value, "").getOrDefault("file", ""));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void device(Map<String, String> fields) {
    if (!fields.getOrDefault("driver", "").startsWith("vfio-pci")) {
      return;
    }
    String path = fields.get("sysfsdev");
    PciAddress address =
        path == null
            ? Addresses.parseLoosely(fields.getOrDefault("host", ""))
            : Addresses.ofPath(path);
    add(address);
  }

  private void blockDevice(Map<String, String> fields) {
    if (fields.getOrDefault("driver", "").equals("nvme")) {
      add(Addresses.parseLoosely(fields.getOrDefault("device", "")));
    }
  }

  private void drive(String file) {
    if (file.startsWith(NVME_URL)) {
      String rest = file.substring(NVME_URL.length());
      int slash = rest.indexOf('/');
      add(Addresses.parseLoosely(slash < 0 ? rest : rest.substring(0, slash)));
    }
  }

  private void add(@Nullable PciAddress address) {
    if (address != null) {
      devices.add(address);
    }
  }

  /** The fields of a value; a first one without key is that of {@code impliedKey}. */
  private static Map<String, String> fields(String value, String impliedKey) {
    return value.stripLeading().startsWith("{") ? ofJson(value) : ofList(value, impliedKey);
  }

  private static Map<String, String> ofList(String value, String impliedKey) {
    Map<String, String> fields = new HashMap<>();
    boolean first = true;
    for (String field : splitAtSingleCommas(value)) {
      int equals = field.indexOf('=');
      if (equals >= 0) {
        fields.put(field.substring(0, equals), field.substring(equals + 1));
      } else if (first && !impliedKey.isEmpty()) {
        fields.put(impliedKey, field);
      }
      first = false;
    }
    return fields;
  }

  /** No argument of a process holds the character that stands for a doubled comma here. */
  private static List<String> splitAtSingleCommas(String value) {
    return Arrays.stream(value.replace(",,", "\0").split(",", -1))
        .map(field -> field.replace('\0', ','))
        .toList();
  }

  /** The scalar fields at the top of an object; none of one that is damaged. */
  private static Map<String, String> ofJson(String value) {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(value)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        if (json.nextToken().isScalarValue()) {
          fields.put(key, json.getText());
        } else {
          json.skipChildren();
        }
      }
    } catch (IOException damaged) {
      return Map.of();
    }
    return fields;
  }
}
