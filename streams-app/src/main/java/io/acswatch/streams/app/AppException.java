package io.acswatch.streams.app;

/** The world outside is not as it must be: broker, topic, port or directory. One line says what. */
public final class AppException extends Exception {
  private static final long serialVersionUID = 1;

  public AppException(String message) {
    super(message);
  }

  public AppException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The first line of what a failure says, or what kind it is. */
  public static String firstLine(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElseThrow();
  }
}
