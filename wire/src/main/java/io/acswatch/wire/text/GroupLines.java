package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

final class GroupLines {
  record Group(int line, int number, String type) {}

  private final LineSource lines;
  private final Map<Integer, Group> byNumber = new HashMap<>();
  private final Map<PciAddress, Group> byMember = new HashMap<>();

  GroupLines(LineSource lines) {
    this.lines = lines;
  }

  void add(String line) throws InputException {
    TabFields fields = TabFields.split(lines, line, CaptureFormat.GROUP_FIELDS);
    Group group =
        new Group(
            lines.lineNumber(),
            (int) fields.number(1, "number", 0, Integer.MAX_VALUE),
            fields.optionalName(2, "type"));
    if (byNumber.putIfAbsent(group.number(), group) != null) {
      throw lines.error("second group line for group " + group.number());
    }
    for (String member : fields.text(3).split(" ")) {
      if (member.isEmpty()) {
        continue;
      }
      PciAddress address = TabFields.address(lines, 0, "group: member", member);
      Group other = byMember.put(address, group);
      if (other != null) {
        throw lines.error(
            "group %d names %s, which group %d in line %d names too"
                .formatted(group.number(), address, other.number(), other.line()));
      }
    }
    if (byMember.size() > FrameLimits.MAX_FUNCTIONS) {
      throw lines.error(
          "group: members=%d, expected at most %d"
              .formatted(byMember.size(), FrameLimits.MAX_FUNCTIONS));
    }
  }

  /** Type of the group, empty if there are no group lines at all; checks that both sides agree. */
  String typeFor(PciAddress address, int group, int deviceLine) throws InputException {
    if (byNumber.isEmpty()) {
      return "";
    }
    Group claimed = byMember.get(address);
    if (claimed == null ? group != KernelView.NO_GROUP : claimed.number() != group) {
      throw lines.errorAt(
          deviceLine,
          "dev: %s is in %s, but the group lines say %s"
              .formatted(address, inWords(group), inWords(claimed)));
    }
    return claimed == null ? "" : claimed.type();
  }

  private static String inWords(int group) {
    return group == KernelView.NO_GROUP ? "no group" : "group " + group;
  }

  private static String inWords(@Nullable Group group) {
    return group == null ? "no group" : "group " + group.number() + " (line " + group.line() + ")";
  }

  void checkMembers(Set<PciAddress> described) throws InputException {
    for (Map.Entry<PciAddress, Group> entry : byMember.entrySet()) {
      if (!described.contains(entry.getKey())) {
        throw lines.errorAt(
            entry.getValue().line(),
            "group %d names %s, which no dev line describes: the file is cut short"
                .formatted(entry.getValue().number(), entry.getKey()));
      }
    }
  }
}
