package io.acswatch.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A broker with Kafka's authorizer that asks who one is: by SCRAM over TLS on one port, by client
 * certificates on another. The user {@code admin} may do all; the others what they are granted.
 */
final class SecuredBroker implements AutoCloseable {
  static final String PASSWORD = "change-me-";

  /** How a client says who it is. */
  enum Login {
    SCRAM,
    MTLS
  }

  private final EmbeddedBroker broker;
  private final Certificates certificates;
  private final int mutualPort;
  private final int plainPort;

  private SecuredBroker(
      EmbeddedBroker broker, Certificates certificates, int mutualPort, int plainPort) {
    this.broker = broker;
    this.certificates = certificates;
    this.mutualPort = mutualPort;
    this.plainPort = plainPort;
  }

  /**
   * A broker that knows these users; each has {@code USER.pem} in the directory, and a password.
   */
  static SecuredBroker start(Path directory, List<String> users) throws Exception {
    Certificates certificates = Certificates.authority(directory, "ca");
    certificates.sign("broker", "-ext", "san=dns:localhost,ip:127.0.0.1");
    for (String user : withAdmin(users)) {
      certificates.sign(user);
    }
    int[] ports = freePorts(4);
    Map<String, String> settings = new TreeMap<>();
    String listeners = "PLAINTEXT://127.0.0.1:%d,MUTUAL://127.0.0.1:%d,OPEN://127.0.0.1:%d";
    listeners = listeners.formatted(ports[0], ports[1], ports[2]);
    settings.put("advertised.listeners", listeners);
    settings.put("listeners", listeners + ",CONTROLLER://127.0.0.1:" + ports[3]);
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + ports[3]);
    // The listener keeps its name, so that the broker's own addresses hold.
    settings.put(
        "listener.security.protocol.map",
        "PLAINTEXT:SASL_SSL,MUTUAL:SSL,OPEN:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "MUTUAL");
    settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    settings.put(
        "listener.name.plaintext.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    settings.put("listener.name.mutual.ssl.client.auth", "required");
    settings.put("ssl.principal.mapping.rules", "RULE:^CN=([^,]*).*$/$1/");
    settings.putAll(tls(certificates, "broker"));
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // The controller's listener, on which the broker itself is the only client, asks for no name.
    settings.put("super.users", "User:admin;User:broker;User:ANONYMOUS");
    EmbeddedBroker broker = EmbeddedBroker.startTemporary(ports[0], settings);
    SecuredBroker secured = new SecuredBroker(broker, certificates, ports[1], ports[2]);
    try (Admin admin = Admin.create(secured.client(Login.MTLS, "admin"))) {
      List<UserScramCredentialAlteration> passwords = new ArrayList<>();
      for (String user : withAdmin(List.of())) {
        passwords.add(
            new UserScramCredentialUpsertion(
                user,
                new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                PASSWORD + user));
      }
      admin.alterUserScramCredentials(passwords).all().get();
    }
    return secured;
  }

  private static List<String> withAdmin(List<String> users) {
    List<String> all = new ArrayList<>(users);
    all.add("admin");
    all.add("nobody");
    return all;
  }

  static int[] freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    int[] ports = new int[count];
    for (int i = 0; i < count; i++) {
      held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      ports[i] = held.get(i).getLocalPort();
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return ports;
  }

  String servers(Login login) {
    return login == Login.SCRAM ? broker.bootstrapServers() : "127.0.0.1:" + mutualPort;
  }

  /** The port on which nobody is asked who he is. */
  String plainServers() {
    return "127.0.0.1:" + plainPort;
  }

  Certificates certificates() {
    return certificates;
  }

  /** All that a client of Kafka has to be told. */
  Map<String, Object> client(Login login, String user) {
    Map<String, Object> settings = new HashMap<>(security(login, user));
    settings.put("bootstrap.servers", servers(login));
    return settings;
  }

  private Map<String, String> security(Login login, String user) {
    if (login == Login.MTLS) {
      Map<String, String> settings = tls(certificates, user);
      settings.put("security.protocol", "SSL");
      return settings;
    }
    Map<String, String> settings = new TreeMap<>();
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", "SCRAM-SHA-512");
    settings.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s%s\";"
            .formatted(user, PASSWORD, user.replace("acswatch-", "")));
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", certificates.pem("ca").toString());
    return settings;
  }

  private static Map<String, String> tls(Certificates certificates, String name) {
    return new TreeMap<>(
        Map.of(
            "ssl.truststore.type",
            "PEM",
            "ssl.truststore.location",
            certificates.pem("ca").toString(),
            "ssl.keystore.type",
            "PEM",
            "ssl.keystore.location",
            certificates.pem(name).toString()));
  }

  @Override
  public void close() {
    broker.close();
  }
}
