package io.acswatch.wire.json;

import org.jspecify.annotations.Nullable;

/**
 * What people have said of one alert. It changes nothing about the alert: neither its severity nor
 * whether it is open.
 *
 * @param acknowledged somebody has seen it and deals with it; null if nobody has
 * @param silenced nobody wants to hear of it for now; null if that is not so
 */
public record AlertMarks(@Nullable AlertMark acknowledged, @Nullable AlertMark silenced) {
  /** Nobody has said anything. */
  public static final AlertMarks NONE = new AlertMarks(null, null);
}
