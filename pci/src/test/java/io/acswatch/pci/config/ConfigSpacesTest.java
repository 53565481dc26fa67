package io.acswatch.pci.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestSpace;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSpacesTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 100, 128, 256, 4000, 4096})
  void sparseReadsAsDense(int length) {
    SplittableRandom random = new SplittableRandom(length);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      // Whole lines of zeros in between.
      bytes[i] = (i / 64) % 3 == 1 ? 0 : (byte) random.nextInt();
    }
    ConfigSpace dense = new ArrayConfigSpace(bytes);
    LineSparseConfigSpace sparse = LineSparseConfigSpace.copyOf(dense);

    assertEquals(length, sparse.length());
    assertArrayEquals(bytes, sparse.toByteArray());
    for (int offset = 0; offset + 4 <= length; offset++) {
      assertEquals(dense.u16(offset), sparse.u16(offset));
      assertEquals(dense.u32(offset), sparse.u32(offset));
    }
  }

  @Test
  void linesOfZerosAreLeftOut() {
    LineSparseConfigSpace sparse =
        LineSparseConfigSpace.copyOf(TestSpace.zeros(4096).u8(0x140, 7).u8(0xFFF, 1).space());

    assertEquals(1L << 5 | 1L << 63, sparse.lineMask());
  }

  @Test
  void fieldsOutsideTheBytesAreRefused() {
    ArrayConfigSpace dense = new ArrayConfigSpace(new byte[256]);
    LineSparseConfigSpace sparse = LineSparseConfigSpace.copyOf(dense);
    for (ConfigSpace space : new ConfigSpace[] {dense, sparse}) {
      assertThrows(IndexOutOfBoundsException.class, () -> space.u8(256));
      assertThrows(IndexOutOfBoundsException.class, () -> space.u8(-1));
      assertThrows(IndexOutOfBoundsException.class, () -> space.u16(255));
      assertThrows(IndexOutOfBoundsException.class, () -> space.u32(253));
    }
  }

  @Test
  void rebindingLooksAtTheNewBytesOnly() {
    byte[] two = new byte[512];
    two[256] = 5;
    ArrayConfigSpace space = new ArrayConfigSpace().wrap(two, 256, 256);

    assertEquals(5, space.u8(0));
    assertThrows(IndexOutOfBoundsException.class, () -> space.u8(256));
    assertThrows(IndexOutOfBoundsException.class, () -> space.wrap(two, 400, 256));
  }

  @Test
  void aMaskNamesNoLineBeyondTheLength() {
    assertTrue(LineSparseConfigSpace.maskFitsLength(-1L, 4096));
    assertFalse(LineSparseConfigSpace.maskFitsLength(2, 64));
    assertTrue(LineSparseConfigSpace.maskFitsLength(0, 0));
  }

  @Test
  void headersReadTheirFields() {
    ConfigSpace endpoint =
        TestSpace.pcie(0).u8(0x0E, 0x80).u8(0x0B, 0x02).u16(0x2C, 0x1028).u16(0x2E, 0x0600).space();
    ConfigHeader common = new ConfigHeader().wrap(endpoint);
    assertEquals(0x020000, common.classCode());
    assertEquals(0x80, common.headerType());
    assertTrue(common.isEndpoint());
    assertFalse(common.isBridge());
    assertEquals(0x1028, common.subsystemVendor());

    ConfigSpace port =
        TestSpace.pcie(4)
            .u8(0x0E, 1)
            .u8(0x18, 0)
            .u8(0x19, 3)
            .u8(0x1A, 7)
            .u32(0x10, 0xFEB0_0000)
            .space();
    ConfigHeader bridge = new ConfigHeader().wrap(port);
    assertTrue(bridge.isBridge());
    assertEquals(3, bridge.secondaryBus());
    assertEquals(7, bridge.subordinateBus());
    assertTrue(bridge.hasMemoryBar());
  }
}
