package io.acswatch.streams.serde;

import io.acswatch.pci.liveupdate.HostState;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The state of a host as packed facts: no raw configuration space, one row of 84 bytes for each
 * function, each string once. Little-endian. Equal states give equal bytes.
 *
 * <p>A host with 32 functions that was seen in two boots takes about 230 bytes for each function,
 * both snapshots and its strings included (measured by {@code HostStateSerdeTest}); a function in
 * one snapshot about 140.
 *
 * <pre>
 *   0       2        3       4         8              12            16           20
 *  +-------+--------+-------+---------+--------------+-------------+------------+----------------+
 *  | magic | version| flags | revision| string count | string bytes| alert count| 0              |
 *  +-------+--------+-------+---------+--------------+-------------+------------+----------------+
 *  | end of each string, i32 each | strings, UTF-8                                              |
 *  | baseline, if there is one that is not current | current, if there is one                   |
 *  | pending count i32 | intended owner count i32 | pending | intended owners                   |
 *  | open alerts: length i32, JSON in UTF-8                                                     |
 *  +--------------------------------------------------------------------------------------------+
 *
 *  A snapshot: 60 bytes, then its rows, then 16 bytes for each owner.
 *   0 taken at i64 | 8 sequence i64 | 16 boot class u8 | 17 flags u8 | 18 0 u16
 *  20 loader type i32 | 24 loader version i32
 *  28 host | 32 boot id | 36 kernel release | 40 kernel version | 44 command line   (strings)
 *  48 functions i32 | 52 owners i32 | 56 IOMMUs (string; 0 in version 1)
 *
 *  A row:
 *   0 domain i32 | 4 requester id u16 | 6 read status u8 | 7 port type u8
 *   8 vendor u16 | 10 device u16 | 12 class u24 | 15 flags u8
 *  16 length u16 | 18 header type u8 | 19 revision u8 | 20 subsystem vendor u16 | 22 device u16
 *  24 ACS offset u16 | 26 ACS capability u16 | 28 ACS control u16 | 30 first VF offset u16
 *  32 ACS second dword i32 | 36 VF stride u16 | 38 VFs enabled u16
 *  40 group i32 | 44 path | 48 group type | 52 driver   (strings)
 *  56 VFs in total u16 | 58 PF requester id u16 | 60 PF domain i32 | 64 chipset base i32
 *  68 serial number i64 | 76 bus numbers u24 | 79 oddities u8 | 80 preservation i32
 *
 *  An owner: 0 domain i32 | 4 requester id u16 | 6 0 u16 | 8 VM | 12 source   (strings)
 *  A pending finding: 0 code | 4 path (strings) | 8 since i64 | 16 seen i32
 *  An intended owner: 0 path | 4 VM (strings)
 * </pre>
 *
 * <p>Version 1 has rows that end at 68 and nothing about pending findings and intended owners.
 *
 * <p>A string is the number of its entry. A version is never changed: another layout is another
 * version, and reading goes on for the old one. A version this class does not know is refused, for
 * what a later acswatch remembered would be lost by writing it back.
 */
public final class HostStateSerde implements Serde<HostState> {
  /** The state in its packed form. */
  public static byte[] pack(HostState state) {
    return new StateWriter(state).write();
  }

  /**
   * The opposite of {@link #pack}.
   *
   * @throws UnknownStateVersionException if a later acswatch wrote it
   * @throws SerializationException if the bytes are damaged
   */
  public static HostState unpack(byte[] bytes) {
    return new StateReader(bytes).read();
  }

  @Override
  public Serializer<HostState> serializer() {
    return (topic, state) -> state == null ? null : pack(state);
  }

  @Override
  public Deserializer<HostState> deserializer() {
    return (topic, bytes) -> bytes == null ? null : unpack(bytes);
  }
}
