/** An alert and its parts: code, severity, cause, devices, evidence, next step. Values only. */
@NullMarked
package io.acswatch.pci.alert;

import org.jspecify.annotations.NullMarked;
