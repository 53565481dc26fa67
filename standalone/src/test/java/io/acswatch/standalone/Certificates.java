package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority of its own and what it signs, made by keytool, as PEM files in one directory. */
final class Certificates {
  /** Of the key stores. */
  static final String PASSWORD = "changeit";

  private static final Path KEYTOOL = Path.of(System.getProperty("java.home"), "bin", "keytool");

  private final Path directory;
  private final String authority;

  private Certificates(Path directory, String authority) {
    this.directory = directory;
    this.authority = authority;
  }

  /** An authority; its certificate is {@code NAME.pem}. */
  static Certificates authority(Path directory, String name) throws Exception {
    Certificates made = new Certificates(directory, name);
    made.keytool(name, "-genkeypair", "-dname", "CN=" + name, "-ext", "bc:c", "-validity", "30");
    Files.writeString(made.pem(name), made.keytool(name, "-exportcert", "-rfc"));
    return made;
  }

  Path pem(String name) {
    return directory.resolve(name + ".pem");
  }

  /** A key and its chain, signed by the authority, in {@code NAME.pem}. */
  Path sign(String name, String... more) throws Exception {
    keytool(name, "-genkeypair", "-dname", "CN=" + name);
    Path request = directory.resolve(name + ".csr");
    keytool(name, "-certreq", "-file", request.toString());
    List<String> gencert = new ArrayList<>(List.of("-gencert", "-rfc", "-infile"));
    gencert.add(request.toString());
    gencert.addAll(List.of(more));
    String signed = keytool(authority, gencert.toArray(new String[0]));
    return Files.writeString(pem(name), key(name) + signed + Files.readString(pem(authority)));
  }

  /** PKCS #8, which is what Kafka reads of PEM. */
  private String key(String name) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(store(name).toFile(), PASSWORD.toCharArray());
    byte[] der = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
        .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
  }

  private Path store(String name) {
    return directory.resolve(name + ".p12");
  }

  private String keytool(String name, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(KEYTOOL.toString()));
    command.add("-J-XX:TieredStopAtLevel=1");
    command.addAll(List.of(arguments));
    command.addAll(List.of("-alias", name, "-keystore", store(name).toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    if (arguments[0].equals("-genkeypair")) {
      command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    }
    Path err = Files.createTempFile(directory, "keytool-", ".err");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> command + out);
    return out;
  }
}
