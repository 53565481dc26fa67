package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.hierarchy.DevicePath;

/**
 * A finding that waits: seen, but of a kind that comes and goes by itself, so that it is told only
 * when it lasts.
 *
 * @param code what would be raised
 * @param sinceMillis when it was seen first, milliseconds since 1970, 0 if unknown
 */
public record PendingFinding(AlertCode code, DevicePath path, long sinceMillis, int seen) {}
