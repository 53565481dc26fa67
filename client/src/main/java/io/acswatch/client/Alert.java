package io.acswatch.client;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An alert, as the topics {@code acswatch.alerts} and {@code acswatch.alert-state} hold it and as
 * {@code alert-v1.schema.json} describes it.
 *
 * <p>Fields that a later acswatch added are kept in {@link #more} and written back, so a program
 * that reads alerts and sends them on loses nothing. For the same reason what may get further
 * values is text: {@link #code}, {@link #boundary}, {@link Cause#kind}. Expect values that you do
 * not know.
 *
 * @param schemaVersion 1
 * @param fingerprint the same for the same finding at the same place of the same host
 * @param revision rises with every alert of the host; drop an alert whose revision is not above the
 *     last one you saw of its fingerprint
 * @param code what it says, for example {@code GROUP_MERGED_CROSS_VM}
 * @param severity how urgent it is
 * @param status where it is in its life
 * @param host id of the host
 * @param boundary what lies between before and after, for example {@code KEXEC}
 * @param bootBefore boot id before
 * @param bootAfter boot id after; the same if no boot lies between
 * @param kernelBefore the kernel before
 * @param kernelAfter the kernel after
 * @param takenBefore RFC 3339 instant of the snapshot before; null if unknown
 * @param takenAfter RFC 3339 instant of the snapshot after; null if unknown
 * @param devices the functions concerned
 * @param vms the VMs concerned, sorted
 * @param cause why; null where the code says all
 * @param headline one sentence for people
 * @param nextStep what to do
 * @param raisedAt RFC 3339 instant of the snapshot that raised it, the same until it is resolved;
 *     null if unknown, or of an acswatch that did not tell
 * @param runbookUrl section of the runbook about its code; null of one that did not tell
 * @param hostUrl the host on the page; null where the page's address is not set
 * @param pictureUrl the same with the function at fault chosen in the picture
 * @param more fields that this version does not know
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Alert(
    int schemaVersion,
    String fingerprint,
    int revision,
    String code,
    Severity severity,
    Status status,
    String host,
    String boundary,
    String bootBefore,
    String bootAfter,
    Kernel kernelBefore,
    Kernel kernelAfter,
    @Nullable String takenBefore,
    @Nullable String takenAfter,
    List<Device> devices,
    List<String> vms,
    @Nullable Cause cause,
    String headline,
    String nextStep,
    @JsonInclude(Include.NON_NULL) @Nullable String raisedAt,
    @JsonInclude(Include.NON_NULL) @Nullable String runbookUrl,
    @JsonInclude(Include.NON_NULL) @Nullable String hostUrl,
    @JsonInclude(Include.NON_NULL) @Nullable String pictureUrl,
    @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
  /** Refuses an alert that lacks what every alert has, or is of a schema with another meaning. */
  public Alert {
    if (schemaVersion != 1) {
      throw new IllegalArgumentException("schema_version=" + schemaVersion + ", expected 1");
    }
    Fields.require("fingerprint", fingerprint);
    Fields.require("code", code);
    Fields.require("severity", severity);
    Fields.require("status", status);
    Fields.require("host", host);
    devices = Fields.list(devices);
    vms = Fields.list(vms);
    more = Fields.more(more);
  }

  /** True until it is resolved. */
  @JsonIgnore
  public boolean isOpen() {
    return status != Status.RESOLVED;
  }

  /**
   * A kernel.
   *
   * @param release {@code uname -r}
   * @param version {@code uname -v}
   * @param commandLine its command line
   * @param more further fields: boot loader, model of its groups
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Kernel(
      String release,
      String version,
      String commandLine,
      @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
    public Kernel {
      more = Fields.more(more);
    }
  }

  /**
   * A function.
   *
   * @param address domain:bus:device.function after
   * @param addressBefore the same before; null if it was not there
   * @param path its place: bridges from the root bus down
   * @param owner the VM; null if none
   * @param driver its driver; null if none
   * @param groupBefore number of its group before; null if none
   * @param groupAfter number of its group after; null if none
   * @param more fields that this version does not know
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Device(
      String address,
      @Nullable String addressBefore,
      String path,
      @Nullable String owner,
      @Nullable String driver,
      @Nullable Integer groupBefore,
      @Nullable Integer groupAfter,
      @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
    public Device {
      more = Fields.more(more);
    }
  }

  /**
   * Why.
   *
   * @param kind for example {@code ACS_CONTROL_CHANGED}
   * @param port address of the function at fault; null if no register explains it
   * @param portPath its place
   * @param portType for example {@code root-port}
   * @param registerOffset of the ACS register in its configuration space
   * @param before the word before
   * @param after the word after
   * @param bits names of the bits that differ, for example {@code RR}
   * @param explanation one sentence for people
   * @param more further fields: {@code also_changed}, and those this version does not know
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Cause(
      String kind,
      @Nullable String port,
      @Nullable String portPath,
      @Nullable String portType,
      @Nullable Integer registerOffset,
      @Nullable Integer before,
      @Nullable Integer after,
      List<String> bits,
      String explanation,
      @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {
    public Cause {
      bits = Fields.list(bits);
      more = Fields.more(more);
    }
  }
}
