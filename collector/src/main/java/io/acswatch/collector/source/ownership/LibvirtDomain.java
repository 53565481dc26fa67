package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * One domain in the XML that libvirt keeps of it: a {@code domain}, bare or inside a {@code
 * domstatus} that names the process.
 *
 * @param pid the VMM's process, 0 if not said
 * @param vm its UUID, or its name if it has none
 */
public record LibvirtDomain(int pid, String vm, List<PciAddress> devices) {
  private static final int MAX_DEPTH = 100;

  /** Where below {@code domain} the address of a host function stands, with the types above it. */
  private static final Set<String> ADDRESSES =
      Set.of(
          "/devices/hostdev:pci/source/address",
          "/devices/interface:hostdev/source/address",
          // A VF out of a network pool; only the live definition has it.
          "/devices/interface:network/actual:hostdev/source/address",
          "/devices/disk:nvme/source/address");

  /** Elements whose attribute {@code type} tells what they are. */
  private static final Set<String> TYPED = Set.of("hostdev", "interface", "actual", "disk");

  public LibvirtDomain {
    devices = List.copyOf(devices);
  }

  /** Reads the XML; throws IOException if it is damaged, or has a document type. */
  public static LibvirtDomain parse(byte[] xml) throws IOException {
    // The JDK's own, whatever else is on the class path; nothing outside the file is ever read.
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
      try {
        return new Walk(reader).read();
      } finally {
        reader.close();
      }
    } catch (XMLStreamException damaged) {
      int line = damaged.getLocation() == null ? 0 : damaged.getLocation().getLineNumber();
      throw new IOException("line " + line + ": not the XML of a libvirt domain", damaged);
    }
  }

  private static final class Walk {
    private final XMLStreamReader reader;
    private final Deque<String> above = new ArrayDeque<>();
    private final List<PciAddress> devices = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int pid;
    private String uuid = "";
    private String name = "";

    Walk(XMLStreamReader reader) {
      this.reader = reader;
    }

    LibvirtDomain read() throws XMLStreamException, IOException {
      while (reader.hasNext()) {
        switch (reader.next()) {
          case XMLStreamConstants.DTD -> throw new IOException("has a document type");
          case XMLStreamConstants.START_ELEMENT -> start();
          case XMLStreamConstants.CHARACTERS -> text.append(reader.getText());
          case XMLStreamConstants.END_ELEMENT -> end();
          default -> {
            // Comments and the like say nothing.
          }
        }
      }
      if (uuid.isBlank() && name.isBlank()) {
        throw new IOException("names no domain");
      }
      String vm = uuid.isBlank() ? name : uuid.toLowerCase(Locale.ROOT);
      return new LibvirtDomain(pid, vm, devices);
    }

    private void start() throws IOException {
      String element = reader.getLocalName();
      if (above.isEmpty() && element.equals("domstatus")) {
        pid = pidOf(reader.getAttributeValue(null, "pid"));
      }
      String type = TYPED.contains(element) ? reader.getAttributeValue(null, "type") : null;
      above.addLast(type == null ? element : element + ":" + type);
      if (above.size() > MAX_DEPTH) {
        throw new IOException("elements nest deeper than " + MAX_DEPTH);
      }
      text.setLength(0);
      if (element.equals("address") && ADDRESSES.contains(pathBelowDomain())) {
        PciAddress address = address();
        if (address != null) {
          devices.add(address);
        }
      }
    }

    private void end() {
      String path = pathBelowDomain();
      if (path.equals("/uuid")) {
        uuid = text.toString().strip();
      } else if (path.equals("/name")) {
        name = text.toString().strip();
      }
      above.removeLast();
      text.setLength(0);
    }

    /** {@code /devices/...} for what is in the domain itself; empty for all else. */
    private String pathBelowDomain() {
      String path = "/" + String.join("/", above);
      if (path.startsWith("/domstatus/domain/")) {
        return path.substring("/domstatus/domain".length());
      }
      return path.startsWith("/domain/") ? path.substring("/domain".length()) : "";
    }

    private @Nullable PciAddress address() {
      return Addresses.of(
          attribute("domain"), attribute("bus"), attribute("slot"), attribute("function"));
    }

    private String attribute(String attribute) {
      String value = reader.getAttributeValue(null, attribute);
      return value == null ? "0" : value;
    }

    private static int pidOf(@Nullable String attribute) {
      try {
        return attribute == null ? 0 : Integer.parseInt(attribute);
      } catch (NumberFormatException notANumber) {
        return 0;
      }
    }
  }
}
