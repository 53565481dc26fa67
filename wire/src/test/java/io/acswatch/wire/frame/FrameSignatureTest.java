package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameSignatureTest {
  private static final byte[] HOST = "rack7-host12".getBytes(StandardCharsets.UTF_8);
  private static final byte[] FRAME = "a frame".getBytes(StandardCharsets.UTF_8);

  /** The first key of RFC 8032. */
  private static final String SECRET =
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

  private static final String PUBLIC =
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

  /** As OpenSSL signs what FORMAT.md says. */
  private static final String SIGNATURE =
      "aa8e8478e8d738e14606ffd1906b8cea56a976fc7c82d3199fb43b4eef5846b0"
          + "47f23a5fe6a05f6d425bed42b8514dfc173de8e78b6c7e1aada3ebfe3e61ef09";

  private static final String TEXT = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo";

  private static KeyPair pair() throws Exception {
    KeyFactory keys = KeyFactory.getInstance("Ed25519");
    HexFormat hex = HexFormat.of();
    return new KeyPair(
        keys.generatePublic(
            new X509EncodedKeySpec(hex.parseHex("302a300506032b6570032100" + PUBLIC))),
        keys.generatePrivate(
            new PKCS8EncodedKeySpec(hex.parseHex("302e020100300506032b657004220420" + SECRET))));
  }

  @Test
  void isWhatAnotherProgramMakes() throws Exception {
    byte[] signature = FrameSignature.sign(pair(), HOST, FRAME);
    assertEquals(PUBLIC + SIGNATURE, HexFormat.of().formatHex(signature));
    assertEquals(TEXT, FrameSignature.keyOf(signature));
    assertEquals(TEXT, FrameSignature.text(pair().getPublic()));
    assertTrue(FrameSignature.isOf(signature, HOST, FRAME));
  }

  @Test
  void isOfOneFrameOfOneHostAndNoByteOfItIsFree() throws Exception {
    byte[] signature = HexFormat.of().parseHex(PUBLIC + SIGNATURE);
    byte[] other = "rack7-host13".getBytes(StandardCharsets.UTF_8);
    assertFalse(FrameSignature.isOf(signature, other, FRAME));
    assertFalse(FrameSignature.isOf(signature, HOST, HOST));
    assertFalse(FrameSignature.isOf(new byte[95], HOST, FRAME));
    assertFalse(FrameSignature.isOf(new byte[96], HOST, FRAME));
    for (int i = 0; i < signature.length; i++) {
      byte[] changed = signature.clone();
      changed[i] ^= 1;
      assertFalse(FrameSignature.isOf(changed, HOST, FRAME), "byte " + i);
    }
  }

  @Test
  void readsAKeyAsPeopleCopyIt() {
    assertEquals(TEXT, FrameSignature.text(FrameSignature.publicKey(" " + TEXT + "=\n")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ed25519:",
        "ed25519:AAAA",
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUR!",
        // no point of the curve
        "ed25519:AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void refusesWhatIsNoKey(String text) {
    assertThrows(IllegalArgumentException.class, () -> FrameSignature.publicKey(text));
  }
}
