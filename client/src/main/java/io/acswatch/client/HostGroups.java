package io.acswatch.client;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a host as its kernel reports them: a value of {@code acswatch.groups}.
 *
 * @param host id of the host
 * @param bootId the boot in which the numbers hold
 * @param kernelRelease {@code uname -r}
 * @param model rules by which that kernel forms groups
 * @param takenAt RFC 3339 instant; null if unknown
 * @param groups in order of number; empty if no IOMMU is on
 * @param more fields that this version does not know
 */
@JsonNaming(SnakeCaseStrategy.class)
public record HostGroups(
    String host,
    String bootId,
    String kernelRelease,
    String model,
    @Nullable String takenAt,
    List<Group> groups,
    @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
  /** Refuses groups of no host. */
  public HostGroups {
    Fields.require("host", host);
    groups = Fields.list(groups);
    more = Fields.more(more);
  }

  /**
   * A group.
   *
   * @param number the kernel's, which another boot gives to other members
   * @param type default domain type, for example {@code DMA-FQ}; null if unknown
   * @param members in order of address
   * @param more fields that this version does not know
   */
  public record Group(
      int number,
      @Nullable String type,
      List<Member> members,
      @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
    public Group {
      members = Fields.list(members);
      more = Fields.more(more);
    }
  }

  /**
   * A function in a group.
   *
   * @param address domain:bus:device.function
   * @param path its place: bridges from the root bus down
   * @param classCode 24 bits
   * @param driver its driver; null if none
   * @param owner the VM; null if none
   * @param more fields that this version does not know
   */
  public record Member(
      String address,
      String path,
      @JsonProperty("class") int classCode,
      @Nullable String driver,
      @Nullable String owner,
      @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
    public Member {
      more = Fields.more(more);
    }
  }
}
