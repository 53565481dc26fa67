package io.acswatch.streams.state;

import io.acswatch.pci.judge.HostState;

/**
 * The state of a host as packed facts: no raw configuration space, all that a judgement asks of the
 * last snapshot and of the one that it is compared with. Little-endian.
 *
 * <p>At most 64 bytes for each function and snapshot (held by {@code HostStateSerdeTest}): about 30
 * on a host of 100 functions, its strings included. An open alert adds about 800.
 *
 * <pre>
 *   0         1       2       4          8                  16
 *  +---------+-------+-------+----------+------------------+--------------------+
 *  | version | flags | 0     | revision | current taken at | current sequence   |
 *  +---------+-------+-------+----------+------------------+--------------------+
 *  | 24 baseline taken at    | 32 baseline sequence | 40 length of current i32  |
 *  | 44 length of baseline i32 | 48 pending i32     | 52 intended owners i32    |
 *  | 56 open alerts i32      | 60 boots i32                                     |
 *  | 64 when the host was retired, i64, 0 if never                              |
 *  | 72 digest of the last frame that said what current says, 0 if unknown      |
 *  +----------------------------------------------------------------------------+
 *  | 88 facts of current, if there is one                                       |
 *  | facts of baseline, if there is one that is not current                     |
 *  | pending: code, place (texts), since i64, seen i32                          |
 *  | intended owners: place, VM (texts)                                         |
 *  | boots: id, machine (texts), since i64, number i64; the oldest first        |
 *  | rival, if there is one: id (a text), turns i32, since i64, answered i64,   |
 *  |   of its last snapshot taken at i64, sequence i64, length of facts i32,    |
 *  |   facts; a length of 0 for none                                            |
 *  | open alerts, packed to the end                                             |
 *  +----------------------------------------------------------------------------+
 *
 *  flags    bit 0 there is a baseline, 1 there is a current, 2 they have the same facts,
 *           3 a repetition of current was judged and told nothing, 4 there is a rival
 *  a text   length i32, UTF-8
 * </pre>
 *
 * <p>The facts of a snapshot are {@link io.acswatch.wire.facts.FactsWriter}'s, the alerts {@link
 * PackedAlerts}', the digest is {@link io.acswatch.wire.frame.FrameDigest}'s.
 *
 * <p>There is one layout. From the first release on a layout is never changed: another one, of the
 * state or of the facts in it, is another version, and the old ones are read for ever. A version
 * this class does not know is refused, for what another acswatch remembered would be lost by
 * writing it back.
 */
public final class HostStateSerde {
  private HostStateSerde() {}

  public static byte[] pack(HostState state) {
    return StateWriter.write(state);
  }

  /** The opposite of {@link #pack}; SerializationException if damaged or of an unknown version. */
  public static HostState unpack(byte[] bytes) {
    return StateReader.read(bytes, null);
  }
}
