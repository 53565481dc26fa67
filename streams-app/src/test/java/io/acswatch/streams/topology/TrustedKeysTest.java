package io.acswatch.streams.topology;

import static io.acswatch.streams.topology.TopologyRun.TOPICS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.streams.Frames;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedKeysTest {
  private static final String HOST = "rack7-host12";
  private static final String OTHER = "rack7-host13";

  @TempDir Path scratch;
  private TopologyRun run;
  private KeyPair own;
  private KeyPair foreign;

  @BeforeEach
  void start() throws Exception {
    run = new TopologyRun(scratch);
    own = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    foreign = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  @AfterEach
  void stop() {
    run.close();
  }

  private static byte[] before() {
    return Frames.frame("kexec-001-before", HOST, 1);
  }

  private void trust(KeyPair... pairs) {
    List<String> keys = Arrays.stream(pairs).map(p -> FrameSignature.text(p.getPublic())).toList();
    run.hostKeys(HOST, new TrustedKeys(keys).json());
  }

  private static byte[] signature(KeyPair pair, String host, byte[] frame) throws Exception {
    return FrameSignature.sign(pair, host.getBytes(StandardCharsets.UTF_8), frame);
  }

  private static Headers header(byte @Nullable [] signature) {
    Headers headers = new RecordHeaders();
    if (signature != null) {
      headers.add(FrameSignature.HEADER, signature);
    }
    return headers;
  }

  private void send(byte[] frame, byte @Nullable [] signature) {
    run.send(HOST, frame, header(signature));
  }

  /** Reason and detail of what was refused; nothing else may have come out then. */
  private String refused() {
    List<TestRecord<byte[], byte[]>> rejects = run.read(TOPICS.rejects());
    if (rejects.isEmpty()) {
      return "";
    }
    assertEquals(1, rejects.size());
    assertNull(run.store().get(HOST), "what is not believed leaves no trace");
    Headers headers = rejects.get(0).headers();
    return text(headers, Rejects.REASON) + ": " + text(headers, Rejects.DETAIL);
  }

  private static String text(Headers headers, String name) {
    return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void withoutAKeyOfItsHostAFrameIsTakenAsItIs() throws Exception {
    send(before(), null);
    send(Frames.frame("kexec-001-after", HOST, 2), signature(foreign, HOST, before()));
    assertEquals("", refused());
    assertEquals(2, run.read(TOPICS.groups()).size());
  }

  @Test
  void withOneAFrameSignedByItIsJudgedAsEver() throws Exception {
    trust(own);
    send(before(), signature(own, HOST, before()));
    byte[] after = Frames.frame("kexec-001-after", HOST, 2);
    send(after, signature(own, HOST, after));
    assertEquals("", refused());
    assertTrue(run.read(TOPICS.alerts()).size() > 1);
  }

  @Test
  void withOneNobodyElseSpeaksForTheHost() throws Exception {
    trust(own);
    send(before(), null);
    assertEquals(
        "bad_signature: the frame is not signed, and a key of its host is trusted", refused());
    send(before(), signature(foreign, HOST, before()));
    assertEquals(
        "bad_signature: signed by "
            + FrameSignature.text(foreign.getPublic())
            + ", which is not trusted for this host",
        refused());
    send(before(), signature(own, HOST, Frames.frame("kexec-001-after", HOST, 2)));
    assertEquals("bad_signature: the signature is not of this frame of this host", refused());
    send(before(), signature(own, OTHER, before()));
    assertEquals("bad_signature: the signature is not of this frame of this host", refused());
    send(before(), new byte[3]);
    assertEquals("bad_signature: the signature has 3 bytes, expected 96", refused());
  }

  @Test
  void theSecondOfTwoHeadersIsNoWayIn() throws Exception {
    trust(own);
    Headers headers = header(signature(own, HOST, before()));
    headers.add(FrameSignature.HEADER, signature(foreign, HOST, before()));
    run.send(HOST, before(), headers);
    assertTrue(refused().startsWith("bad_signature: signed by"));
  }

  @Test
  void aRepetitionIsNotBelievedForWhatItRepeats() throws Exception {
    trust(own);
    send(before(), signature(own, HOST, before()));
    byte[] again = Frames.frame("kexec-001-before", HOST, 2);
    send(again, null);
    assertEquals(1, run.read(TOPICS.rejects()).size());
  }

  @Test
  void aHeartbeatIsHeldToItToo() throws Exception {
    trust(own);
    Capture seen = Frames.capture("kexec-001-before", HOST, 1);
    byte[] beat =
        FrameWriter.write(
            new Heartbeat(
                HOST, seen.boot(), Frames.TAKEN_AT, 2, 1, false, "test", 0, 0, 0, List.of()));
    send(beat, null);
    assertTrue(refused().startsWith("bad_signature"));
    send(beat, signature(own, HOST, beat));
    assertEquals("", refused());
  }

  @Test
  void whatWasRefusedIsTakenWhenItIsSentAgainAfterItsKeyIsTrusted() throws Exception {
    trust(own);
    send(before(), signature(foreign, HOST, before()));
    TestRecord<byte[], byte[]> refused = run.read(TOPICS.rejects()).get(0);
    assertArrayEquals(before(), refused.value());
    trust(own, foreign);
    run.send(HOST, refused.value(), refused.headers());
    assertEquals("", refused());
    assertEquals(1, run.read(TOPICS.groups()).size());
  }

  @Test
  void aKeyOfOneHostIsNoneOfAnother() throws Exception {
    trust(own);
    byte[] frame = Frames.frame("kexec-001-before", OTHER, 1);
    run.send(OTHER, frame, new RecordHeaders());
    assertEquals("", refused());
    // and under the key of the first it is not its frame
    run.send(HOST, frame, header(signature(own, HOST, frame)));
    assertTrue(refused().startsWith("host_mismatch"));
  }

  @Test
  void aTombstoneEndsIt() throws Exception {
    trust(own);
    run.hostKeys(HOST, null);
    send(before(), null);
    assertEquals("", refused());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "[]", "{}", "{\"keys\":\"ed25519:x\"}", "{\"keys\":[1]}", "{\"keys\":["})
  void aMistakeInTheKeysOpensNoDoor(String json) throws Exception {
    run.hostKeys(HOST, json.getBytes(StandardCharsets.UTF_8));
    send(before(), signature(own, HOST, before()));
    assertTrue(refused().startsWith("bad_signature"));
  }

  @Test
  void readsBackWhatItWrites() throws Exception {
    TrustedKeys keys = new TrustedKeys(List.of("ed25519:a", "ed25519:b"));
    assertEquals(
        "{\"keys\":[\"ed25519:a\",\"ed25519:b\"]}",
        new String(keys.json(), StandardCharsets.UTF_8));
    assertEquals(keys, TrustedKeys.read(keys.json()));
    assertEquals(
        keys,
        TrustedKeys.read(
            "{\"by\":{\"keys\":[1]},\"keys\":[\"ed25519:a\",\"ed25519:b\"],\"x\":[[2]]}"
                .getBytes(StandardCharsets.UTF_8)));
    assertThrows(InputException.class, () -> TrustedKeys.read(new byte[0]));
  }
}
