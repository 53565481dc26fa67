/**
 * Configuration space of a function as bytes, and its headers. Views are read-only, bounds-checked
 * and reusable.
 */
@NullMarked
package io.acswatch.pci.config;

import org.jspecify.annotations.NullMarked;
