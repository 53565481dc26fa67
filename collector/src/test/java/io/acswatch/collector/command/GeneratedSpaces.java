package io.acswatch.collector.command;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Configuration spaces by seed: endpoints and bridges of every port type with lists of capabilities
 * in random order, forwards and backwards, some of 256 bytes, and ACS registers of every value.
 */
final class GeneratedSpaces {
  private static final int FUNCTIONS = 32;
  private static final int[] TYPES = {0, 1, 4, 5, 6, 7, 8, 9, 10};
  private static final int[] STANDARD_IDS = {0x05, 0x11, 0x09, 0x01};
  private static final int[] EXTENDED_IDS = {0x0D, 0x01, 0x03, 0x0E, 0x0F, 0x10, 0x18, 0x1D};
  private static final int VENDOR_SPECIFIC = 0x09;
  private static final int ACS = 0x0D;

  private GeneratedSpaces() {}

  static Capture capture(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<CapturedFunction> functions = new ArrayList<>();
    for (int i = 0; i < FUNCTIONS; i++) {
      functions.add(
          new CapturedFunction(
              PciAddress.of(0, 0, i, 0),
              "",
              new ArrayConfigSpace(space(random)),
              ReadStatus.COMPLETE,
              new PciIds(0x1AF4, 0x1000, 0x020000),
              KernelView.NONE,
              ""));
    }
    Boot boot = new Boot("seed-" + seed, "6.12.0", "", "", 0, 0);
    return new Capture("", "", boot, 0, 0, false, List.of(), functions, List.of(), List.of());
  }

  private static byte[] space(SplittableRandom random) {
    boolean pcie = random.nextInt(8) != 0;
    byte[] bytes = new byte[pcie && random.nextInt(6) != 0 ? 4096 : 256];
    int type = TYPES[random.nextInt(TYPES.length)];
    boolean bridge = pcie && type >= 4 && type <= 8;
    put(bytes, 0x00, 0x1AF4);
    put(bytes, 0x02, 0x1000);
    put(bytes, 0x04, random.nextInt(8));
    put(bytes, 0x06, 0x0010);
    bytes[0x08] = (byte) random.nextInt(256);
    bytes[0x09] = (byte) random.nextInt(3);
    bytes[0x0A] = (byte) (bridge ? 0x04 : 0x00);
    bytes[0x0B] = (byte) (bridge ? 0x06 : 0x02);
    bytes[0x0E] = (byte) ((bridge ? 1 : 0) | random.nextInt(2) << 7);
    if (bridge) {
      for (int number = 0x18; number < 0x1B; number++) {
        bytes[number] = (byte) random.nextInt(256);
      }
      bytes[0x3E] = (byte) (random.nextInt(2) << 6);
    } else {
      put(bytes, 0x2C, 0x1AF4);
      put(bytes, 0x2E, random.nextInt(0x10000));
    }
    standardList(bytes, random, pcie ? type : -1);
    if (pcie && bytes.length == 4096) {
      extendedList(bytes, random);
    }
    return bytes;
  }

  private static void standardList(byte[] bytes, SplittableRandom random, int type) {
    List<Integer> ids = new ArrayList<>();
    List<Integer> slots = new ArrayList<>(List.of(0x80, 0x98, 0xB0, 0xC8));
    shuffle(slots, random);
    for (int id : STANDARD_IDS) {
      if (random.nextBoolean()) {
        ids.add(id);
      }
    }
    int pointer = 0x34;
    int express = type < 0 ? -1 : random.nextInt(ids.size() + 1);
    for (int i = 0; i <= ids.size(); i++) {
      if (i == express) {
        bytes[pointer] = 0x40;
        bytes[0x40] = 0x10;
        express(bytes, 0x40, type, random);
        pointer = 0x41;
      }
      if (i < ids.size()) {
        int at = slots.get(i);
        bytes[pointer] = (byte) at;
        bytes[at] = ids.get(i).byteValue();
        bytes[at + 2] = (byte) (ids.get(i) == VENDOR_SPECIFIC ? 0x10 : 0);
        pointer = at + 1;
      }
    }
  }

  /** Of version 2, or 1, which has no second device registers; with a slot or without. */
  private static void express(byte[] bytes, int at, int type, SplittableRandom random) {
    int version = 1 + random.nextInt(2);
    put(bytes, at + 2, random.nextInt(2) << 8 | type << 4 | version);
    bytes[at + 0x0F] = (byte) random.nextInt(256);
    put(bytes, at + 0x16, random.nextInt(0x10000));
    if (version == 2) {
      bytes[at + 0x24] = (byte) (random.nextInt(2) << 5);
      bytes[at + 0x28] = (byte) (random.nextInt(2) << 5);
    }
  }

  /** What a capability holds, where we decode it. */
  private static void body(byte[] bytes, int at, int id, SplittableRandom random) {
    switch (id) {
      case ACS -> {
        put(bytes, at + 4, random.nextInt(0x10000) & ~0x0020);
        put(bytes, at + 6, random.nextInt(0x80));
      }
      case 0x03, 0x10 -> {
        for (int word = 4; word < (id == 0x03 ? 12 : 0x20); word += 2) {
          put(bytes, at + word, random.nextInt(0x10000));
        }
      }
      case 0x0E -> {
        put(bytes, at + 4, random.nextInt(0x10000) & 0xFF03);
        put(bytes, at + 6, random.nextInt(8) << 4 | random.nextInt(4));
      }
      case 0x0F -> put(bytes, at + 6, random.nextInt(2) << 15);
      default -> {}
    }
  }

  private static void extendedList(byte[] bytes, SplittableRandom random) {
    List<Integer> ids = new ArrayList<>();
    for (int id : EXTENDED_IDS) {
      if (random.nextInt(3) != 0) {
        ids.add(id);
      }
    }
    shuffle(ids, random);
    List<Integer> slots = new ArrayList<>();
    for (int at = 0x140; at < 0x1000; at += 0x80) {
      slots.add(at);
    }
    shuffle(slots, random);
    int at = 0x100;
    for (int i = 0; i < ids.size(); i++) {
      int next = i + 1 < ids.size() ? slots.get(i) : 0;
      put(bytes, at, ids.get(i));
      put(bytes, at + 2, 1 | next << 4);
      body(bytes, at, ids.get(i), random);
      at = next;
    }
  }

  private static void shuffle(List<Integer> list, SplittableRandom random) {
    Collections.shuffle(list, new Random(random.nextLong()));
  }

  private static void put(byte[] bytes, int offset, int word) {
    bytes[offset] = (byte) word;
    bytes[offset + 1] = (byte) (word >>> 8);
  }
}
