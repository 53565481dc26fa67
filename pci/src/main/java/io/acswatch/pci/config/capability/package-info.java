/**
 * Capability lists and the capabilities that decide about isolation. Any bytes give an answer,
 * never an exception or a hang.
 */
@NullMarked
package io.acswatch.pci.config.capability;

import org.jspecify.annotations.NullMarked;
