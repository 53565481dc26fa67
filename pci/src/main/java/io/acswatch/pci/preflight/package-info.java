/** What a live update or an ordinary kexec would do to the groups of a host. */
@NullMarked
package io.acswatch.pci.preflight;

import org.jspecify.annotations.NullMarked;
