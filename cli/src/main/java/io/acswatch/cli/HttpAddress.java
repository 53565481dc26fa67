package io.acswatch.cli;

import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where to listen: {@code host:port}, an IPv6 address in brackets; port 0 is any free one. */
public record HttpAddress(String host, int port) {
  /** Where a server listens. */
  public static HttpAddress of(InetSocketAddress bound) {
    return new HttpAddress(bound.getAddress().getHostAddress(), bound.getPort());
  }

  /** Reads {@code host:port}; IllegalArgumentException for any other text. */
  public static HttpAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      host = "";
    }
    String port = text.substring(colon + 1);
    if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException("expected host:port, port 0 to 65535");
    }
    return new HttpAddress(host, Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  public static final class Converter implements ITypeConverter<HttpAddress> {
    @Override
    public HttpAddress convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException refused) {
        throw new TypeConversionException(refused.getMessage() + ", not '" + text + "'");
      }
    }
  }
}
