package io.acswatch.standalone;

/** The embedded broker could not be started; the message is one sentence meant for the user. */
public final class BrokerStartException extends Exception {
  private static final long serialVersionUID = 1L;

  BrokerStartException(String sentence) {
    super(sentence);
  }

  BrokerStartException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
