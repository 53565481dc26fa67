/** How functions that share a group come apart, and what each way rests on. */
@NullMarked
package io.acswatch.pci.advise;

import org.jspecify.annotations.NullMarked;
