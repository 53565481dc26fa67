/**
 * Captures, owners files and {@code lspci} dumps as text. Readers take any bytes and answer with a
 * value or with an {@link io.acswatch.wire.InputException} that names the line.
 */
@NullMarked
package io.acswatch.wire.text;

import org.jspecify.annotations.NullMarked;
