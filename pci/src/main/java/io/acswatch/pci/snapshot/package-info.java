/**
 * A host as it was at one moment: the capture that was read, undecoded, and the snapshot that it
 * decodes to.
 */
@NullMarked
package io.acswatch.pci.snapshot;

import org.jspecify.annotations.NullMarked;
