package io.acswatch.wire.text;

import static io.acswatch.wire.FrameLimits.*;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts one host together from what people post of it: text of {@code lspci}, lists of IOMMU groups,
 * kernel logs, captures. Of two sources that describe a function the one that tells more counts; of
 * two that contradict each other the first, and the contradiction is kept.
 */
public final class PostedHost {
  /** A fact that stands for the whole host. */
  private enum Of {
    RELEASE("kernel release", MAX_KERNEL),
    VERSION("kernel version", MAX_KERNEL),
    COMMAND_LINE("command line", MAX_STRING),
    BOOT("boot id", MAX_BOOT_ID);

    private final String word;
    private final int mostBytes;

    Of(String word, int mostBytes) {
      this.word = word;
      this.mostBytes = mostBytes;
    }
  }

  private record Told<T>(T value, String source) {}

  /**
   * What is not known, and how to learn it.
   *
   * @param what the facts that are missing
   * @param command what shows them on the host
   */
  public record Missing(String what, String command) {}

  private static final int MOST_CONTRADICTIONS = 50;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** The note of a capture that was not taken on the host: what it lacks is not absent there. */
  private static final String POSTED = "made of what was posted";

  private final Supplier<PciNames> names;
  private final Map<PciAddress, Listed> listed = new TreeMap<>();
  private final Map<PciAddress, Told<Integer>> groups = new TreeMap<>();
  private final Map<Of, Told<String>> facts = new EnumMap<>(Of.class);
  private final Map<String, String> notes = new LinkedHashMap<>();
  private final Map<OwnershipClaim, String> owners = new LinkedHashMap<>();
  private final Map<OwnershipClaim, String> ownersOfSlots = new LinkedHashMap<>();
  private final Set<String> contradictions = new LinkedHashSet<>();
  private int furtherContradictions;
  private @Nullable Told<Capture> capture;
  private final List<Missing> told = new ArrayList<>();
  private boolean kexecLoaded;

  /** A host of which nothing is known; names are looked up in this machine's {@code pci.ids}. */
  public PostedHost() {
    this(PciNames::ofThisMachine);
  }

  PostedHost(Supplier<PciNames> names) {
    this.names = names;
  }

  /**
   * Reads a text to its end; leaves the stream open.
   *
   * @param source name of the stream for messages
   */
  public void addText(String source, InputStream stream) throws InputException {
    LspciReader.read(source, stream, this);
  }

  /** The same of a part of a report, in which there may be nothing of PCI. */
  public void addRemarks(String source, InputStream stream) throws InputException {
    LspciReader.readIfAny(source, stream, this);
  }

  /** Tells of something that a source should have held. */
  public void missing(String what, String command) {
    told.add(new Missing(what, command));
  }

  /** Takes all a capture holds. */
  public void addCapture(String source, Capture other) {
    if (capture == null) {
      capture = new Told<>(other, source);
    }
    Boot boot = other.boot();
    told(Of.RELEASE, boot.kernelRelease(), source);
    told(Of.VERSION, boot.kernelVersion(), source);
    told(Of.COMMAND_LINE, boot.commandLine(), source);
    told(Of.BOOT, boot.id(), source);
    kexecLoaded |= other.kexecLoaded();
    for (CapturedFunction function : other.functions()) {
      add(new Listed(source, 0, function(function.address(), ""), null, function));
      if (function.kernel().hasGroup()) {
        group(function.address(), function.kernel().group(), source);
      }
    }
    other.notes().forEach(note -> notes.putIfAbsent(note, source));
    other.owners().forEach(claim -> owners.putIfAbsent(claim, source));
  }

  /** Takes a function's configuration space, as {@code /proc/bus/pci} has it. */
  public void addConfig(String source, PciAddress address, byte[] bytes) {
    add(
        new Listed(
            source,
            0,
            function(address, ""),
            LineSparseConfigSpace.copyOf(new ArrayConfigSpace(bytes)),
            null));
  }

  /** Takes the claim of a VM on a function. */
  public void addOwner(String source, OwnershipClaim claim) {
    addOwner(source, claim, false);
  }

  /**
   * The same.
   *
   * @param wholeSlot the claim is on all functions of the slot
   */
  void addOwner(String source, OwnershipClaim claim, boolean wholeSlot) {
    if (!isTooLong("the name of a VM", claim.vm(), MAX_NAME, source)) {
      (wholeSlot ? ownersOfSlots : owners).putIfAbsent(claim, source);
    }
  }

  /** All claims, those on slots for each function that is known. */
  private List<OwnershipClaim> claims() {
    Set<OwnershipClaim> claims = new LinkedHashSet<>(owners.keySet());
    for (OwnershipClaim claim : ownersOfSlots.keySet()) {
      listed.keySet().stream()
          .filter(at -> slot(at).equals(slot(claim.address())))
          .forEach(at -> claims.add(new OwnershipClaim(at, claim.vm(), claim.source())));
    }
    return List.copyOf(claims);
  }

  /** Takes the kernel's release and version. */
  public void release(String release, String version, String source) {
    told(Of.RELEASE, release, source);
    told(Of.VERSION, version, source);
  }

  public void commandLine(String commandLine, String source) {
    told(Of.COMMAND_LINE, commandLine, source);
  }

  public void bootId(String id, String source) {
    told(Of.BOOT, id, source);
  }

  public void kexecLoaded() {
    kexecLoaded = true;
  }

  void note(String note, String source) {
    if (notes.size() < MAX_ENTRIES && !isTooLong("a line of the log", note, MAX_STRING, source)) {
      notes.putIfAbsent(note, source);
    }
  }

  /** True of a text that no capture takes; says that it was left out. */
  private boolean isTooLong(String what, String value, int mostBytes, String source) {
    int length = FrameLimits.lengthOf(value);
    if (length > mostBytes) {
      contradiction(
          "%s: %d bytes in %s, expected at most %d; left out"
              .formatted(what, length, source, mostBytes));
    }
    return length > mostBytes;
  }

  private void told(Of what, String value, String source) {
    if (value.isBlank()
        || value.equals(CaptureFormat.UNKNOWN_RELEASE)
        || isTooLong(what.word, value, what.mostBytes, source)) {
      return;
    }
    Told<String> other = facts.putIfAbsent(what, new Told<>(value, source));
    if (other != null && !other.value().equals(value)) {
      contradiction(
          "%s: %s in %s, %s in %s; the first counts"
              .formatted(what.word, quote(other.value()), other.source(), quote(value), source));
    }
  }

  private static String quote(String value) {
    return '"' + CONTROL.matcher(value).replaceAll("?") + '"';
  }

  void contradiction(String text) {
    if (contradictions.size() < MOST_CONTRADICTIONS) {
      contradictions.add(text);
    } else {
      furtherContradictions++;
    }
  }

  void group(PciAddress address, int group, String source) {
    Told<Integer> other = groups.putIfAbsent(address, new Told<>(group, source));
    if (other != null && other.value() != group) {
      contradiction(
          "%s: group %d in %s, %d in %s; the first counts"
              .formatted(address, other.value(), other.source(), group, source));
    }
  }

  /** A description of a function to be filled with the lines below its heading. */
  ShownFunction function(PciAddress address, String heading) {
    return new ShownFunction(address, Heading.of(heading.strip(), names));
  }

  void add(Listed found) {
    PciAddress address = found.shown().address();
    if (found.captured() == null && found.shown().hasGroup()) {
      group(address, found.shown().group(), found.source());
    }
    Listed other = listed.get(address);
    if (other == null) {
      listed.put(address, found);
      return;
    }
    found.shown().takeIds(other.shown());
    other.shown().takeIds(found.shown());
    if (!other.source().equals(found.source()) && differ(other.function(), found.function())) {
      contradiction(
          "%s: registers or ids in %s differ from those in %s; %s"
              .formatted(
                  address,
                  found.source(),
                  other.source(),
                  other.depth() < found.depth()
                      ? found.source() + " tells more and counts"
                      : "the first counts"));
    }
    if (other.depth() < found.depth()) {
      listed.put(address, found);
    }
  }

  /** True if what both tell is not the same; what one leaves open is no difference. */
  private static boolean differ(CapturedFunction one, CapturedFunction other) {
    boolean bothIds = one.ids().vendor() != 0 && other.ids().vendor() != 0;
    if (bothIds && !one.ids().toString().equals(other.ids().toString())) {
      return true;
    }
    FunctionDecoder decoder = new FunctionDecoder();
    ConfigFacts a = decoder.decode(one.config(), one.readStatus());
    ConfigFacts b = decoder.decode(other.config(), other.readStatus());
    return a.header().busNumbers() != b.header().busNumbers()
            && a.lengthBytes() > 0
            && b.lengthBytes() > 0
        || a.capabilitiesKnown()
            && b.capabilitiesKnown()
            && (a.claimedType() != b.claimedType() || !Objects.equals(words(a), words(b)));
  }

  /** The flags of both ACS words that {@code lspci} names. */
  private static @Nullable Integer words(ConfigFacts facts) {
    AcsRegisters acs = facts.acs();
    return acs == null ? null : (acs.capability() & 0x7F) << 8 | acs.control() & 0x7F;
  }

  /** True if nothing was found yet. */
  public boolean isEmpty() {
    return listed.isEmpty() && facts.isEmpty() && notes.isEmpty() && groups.isEmpty();
  }

  /** The host as one capture, with what is unknown left open. */
  public Capture toCapture() {
    Boot known = capture == null ? null : capture.value().boot();
    Boot boot =
        new Boot(
            fact(Of.BOOT, nameless()),
            fact(Of.RELEASE, CaptureFormat.UNKNOWN_RELEASE),
            fact(Of.VERSION, ""),
            fact(Of.COMMAND_LINE, ""),
            known == null ? Boot.UNKNOWN_LOADER : known.loader().type(),
            known == null ? Boot.UNKNOWN_LOADER : known.loader().version());
    return new Capture(
        capture == null ? "" : capture.value().host(),
        capture == null ? "" : capture.value().phase(),
        boot,
        capture == null ? 0 : capture.value().takenAtMillis(),
        capture == null ? 0 : capture.value().sequence(),
        kexecLoaded,
        capture == null ? List.of() : capture.value().scanOrder(),
        functions(true),
        claims(),
        notes());
  }

  private List<String> notes() {
    List<String> all = new ArrayList<>(notes.keySet());
    if (capture == null) {
      all.add(POSTED);
    }
    return all;
  }

  /** Two inputs that name no boot are two boots; a capture cannot be without. */
  private String nameless() {
    String id = "unknown, " + (listed.isEmpty() ? "-" : listed.values().iterator().next().source());
    return FrameLimits.lengthOf(id) <= MAX_BOOT_ID
        ? id
        : "unknown, " + UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8));
  }

  private String fact(Of what, String unknown) {
    Told<String> told = facts.get(what);
    return told == null ? unknown : told.value();
  }

  /** All functions as they are told, those included of which nobody knows where they are. */
  public List<CapturedFunction> functions() {
    return functions(false);
  }

  /** All functions, with what one listing says of another's: siblings, virtual functions, ARI. */
  private List<CapturedFunction> functions(boolean placedOnly) {
    Map<PciAddress, PciAddress> physical = new HashMap<>();
    Set<Long> forwarded = new HashSet<>();
    listed.forEach(
        (at, function) -> {
          ShownCapabilities shown = function.shown().capabilities();
          shown.virtualFunctions(at).forEach(vf -> physical.put(vf, at));
          if (shown.forwardAri()) {
            forwarded.add((long) at.domain() << 8 | function.secondaryBus());
          }
        });
    Map<PciAddress, Integer> inSlot = new HashMap<>();
    for (PciAddress at : listed.keySet()) {
      if (!physical.containsKey(at)) {
        inSlot.merge(slot(at), 1, Integer::sum);
      }
    }
    // All of a domain is listed where its first function is; lspci -s shows others.
    Set<Integer> whole = new HashSet<>();
    listed.keySet().stream()
        .filter(at -> at.requesterId() == 0)
        .forEach(at -> whole.add(at.domain()));
    BusPlaces places = new BusPlaces(listed, physical);
    List<CapturedFunction> functions = new ArrayList<>();
    listed.forEach(
        (at, function) -> {
          boolean hasSibling = !physical.containsKey(at) && inSlot.get(slot(at)) > 1;
          boolean ari = forwarded.contains((long) at.domain() << 8 | at.bus());
          boolean isOfSome = !whole.contains(at.domain());
          function.shown().relate(physical.get(at), ari, hasSibling, !groups.isEmpty(), isOfSome);
          CapturedFunction found = function.function();
          String path = places.of(at);
          if (!found.sysfsPath().isEmpty()) {
            path = found.sysfsPath();
          } else if (path.isEmpty() && placedOnly) {
            // Nobody knows what stands between it and the root: its registers alone mean nothing.
            found = found.withConfig(new ArrayConfigSpace(), ReadStatus.UNREADABLE);
          }
          functions.add(complete(found, path));
        });
    return functions;
  }

  private static PciAddress slot(PciAddress address) {
    return new PciAddress(address.domain(), address.requesterId() & ~7);
  }

  private CapturedFunction complete(CapturedFunction function, String path) {
    Told<Integer> group = groups.get(function.address());
    KernelView kernel = function.kernel();
    String source = function.address().toString();
    boolean tooLong = isTooLong("driver", kernel.driver(), MAX_NAME, source);
    return function.withKernel(
        path,
        kernel
            .withGroup(group == null ? kernel.group() : group.value())
            .withDriver(tooLong ? "" : kernel.driver()));
  }

  /** Two sources that say different things, a line each. */
  public List<String> contradictions() {
    List<String> all = new ArrayList<>(contradictions);
    if (furtherContradictions > 0) {
      all.add("and " + furtherContradictions + " more");
    }
    return all;
  }

  /** From where each kind of fact came, a line each: {@code command line: dmesg.txt}. */
  public List<String> origins() {
    List<String> origins = new ArrayList<>();
    Map<String, Integer> registers = new TreeMap<>();
    Map<String, Integer> ids = new TreeMap<>();
    listed.forEach(
        (at, function) ->
            (function.depth() > 0 ? registers : ids).merge(function.source(), 1, Integer::sum));
    registers.forEach(
        (source, count) -> origins.add("registers of %d functions: %s".formatted(count, source)));
    ids.forEach(
        (source, count) ->
            origins.add("ids or address only of %d functions: %s".formatted(count, source)));
    Map<String, Integer> ofGroups = new TreeMap<>();
    groups.values().forEach(group -> ofGroups.merge(group.source(), 1, Integer::sum));
    ofGroups.forEach(
        (source, count) -> origins.add("groups of %d functions: %s".formatted(count, source)));
    facts.forEach((what, told) -> origins.add(what.word + ": " + told.source()));
    sources(origins, "notes of the kernel", notes.values());
    sources(origins, "owners", owners.values());
    sources(origins, "owners", ownersOfSlots.values());
    return origins;
  }

  private static void sources(List<String> origins, String what, Collection<String> sources) {
    new TreeSet<>(sources).forEach(source -> origins.add(what + ": " + source));
  }

  /** True if a function is known by words of {@code lspci} alone. */
  public boolean isInWords(PciAddress address) {
    Listed found = listed.get(address);
    return found != null && found.captured() == null && found.dump() == null;
  }

  /** True if no source lists groups, which does not mean that the kernel formed none. */
  public boolean lacksGroups() {
    return isPosted() && groups.isEmpty();
  }

  /** What is missing, if that keeps judgements open; nothing for a capture taken on the host. */
  public List<Missing> undecided() {
    return isPosted() ? missing() : List.of();
  }

  /** False if a capture that was taken on the host is part of it. */
  private boolean isPosted() {
    return capture == null || capture.value().notes().contains(POSTED);
  }

  /** What is not known of this host and would be of use, most important first. */
  public List<Missing> missing() {
    List<Missing> missing = new ArrayList<>(told);
    missing.addAll(OpenRegisters.of(listed.values(), functions(true)));
    if (groups.isEmpty()) {
      missing.add(
          new Missing(
              "the groups that the kernel formed", "find /sys/kernel/iommu_groups -type l"));
    }
    if (!facts.containsKey(Of.RELEASE)) {
      missing.add(new Missing("the kernel, whose rules decide", "uname -a"));
    }
    if (!facts.containsKey(Of.COMMAND_LINE)) {
      missing.add(new Missing("the kernel's command line", "cat /proc/cmdline"));
    }
    return missing;
  }
}
