package io.acswatch.wire.catalogue;

import io.acswatch.pci.alert.AlertCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The pages of the alert catalogue, as Markdown. */
public final class AlertCatalogue {
  private static final String INDEX = "README";

  private AlertCatalogue() {}

  /** The page of a code: what it means, when exactly it is raised, what to do, an example. */
  public static String page(AlertCode code) {
    return resource(code.name());
  }

  /** The table of all codes. */
  public static String index() {
    return resource(INDEX);
  }

  private static String resource(String name) {
    try (InputStream page = AlertCatalogue.class.getResourceAsStream(name + ".md")) {
      if (page == null) {
        throw new IllegalStateException("page=" + name + ", expected one in the catalogue");
      }
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
