package io.acswatch.standalone;

import io.acswatch.streams.app.HttpAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads where to listen, before a broker is started for nothing. */
final class HttpAddressConverter implements ITypeConverter<HttpAddress> {
  @Override
  public HttpAddress convert(String text) {
    try {
      return HttpAddress.parse(text);
    } catch (IllegalArgumentException refused) {
      throw new TypeConversionException(refused.getMessage() + ", not '" + text + "'");
    }
  }
}
