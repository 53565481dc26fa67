package io.acswatch.collector.source.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LibvirtDomainTest {
  /** What the daemon keeps of a running domain, cut down to what matters, and to what misleads. */
  static final String STATUS =
      """
      <!-- WARNING: THIS IS AN AUTO-GENERATED FILE. -->
      <domstatus state='running' reason='booted' pid='3181'>
        <monitor path='/var/lib/libvirt/qemu/domain-1-web/monitor.sock' type='unix'/>
        <domain type='kvm' id='1'>
          <name>web</name>
          <uuid>6A1E0F3C-0000-4000-8000-00000000000A</uuid>
          <metadata>
            <x:domain xmlns:x='urn:x'><devices><hostdev type='pci'><source>
              <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
            </source></hostdev></devices></x:domain>
          </metadata>
          <devices>
            <hostdev mode='subsystem' type='pci' managed='yes'>
              <driver name='vfio' iommufd='yes'/>
              <source><address domain='0x0000' bus='0x06' slot='0x00' function='0x0'/></source>
              <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
            </hostdev>
            <hostdev mode='subsystem' type='mdev' model='vfio-pci'>
              <source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source>
            </hostdev>
            <interface type='hostdev' managed='yes'>
              <source><address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></source>
            </interface>
            <interface type='network'>
              <source network='pool'/>
              <actual type='hostdev' managed='yes'>
                <source><address type='pci' domain='0x0000' bus='0x08' slot='0x00' function='0x1'/></source>
              </actual>
            </interface>
            <disk type='nvme' device='disk'>
              <source type='pci' managed='yes' namespace='1'>
                <address domain='0x0001' bus='0x09' slot='0x00' function='0x0'/>
              </source>
            </disk>
          </devices>
        </domain>
      </domstatus>
      """;

  @Test
  void readsABareDomainWithoutUuidByItsName() throws IOException {
    LibvirtDomain domain = parse("<domain type='kvm'><name> db </name></domain>");

    assertEquals(new LibvirtDomain(0, "db", List.of()), domain);
  }

  @Test
  void refusesADocumentTypeAndReadsNothingOutside() {
    IOException refused =
        assertThrows(
            IOException.class,
            () ->
                parse(
                    "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
                        + "<domain><name>&x;</name></domain>"));

    assertEquals("has a document type", refused.getMessage());
  }

  @Test
  void saysWhereItIsDamaged() {
    IOException damaged = assertThrows(IOException.class, () -> parse("<domain>\n<name>a</uuid>"));

    assertEquals("line 2: not the XML of a libvirt domain", damaged.getMessage());
  }

  @Test
  void refusesWhatNamesNoDomainOrNestsWithoutEnd() {
    assertThrows(IOException.class, () -> parse("<domain/>"));
    assertThrows(IOException.class, () -> parse("<a>".repeat(1000)));
  }

  private static LibvirtDomain parse(String xml) throws IOException {
    return LibvirtDomain.parse(xml.getBytes(StandardCharsets.UTF_8));
  }
}
