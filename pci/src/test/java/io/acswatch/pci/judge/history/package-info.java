/** Random histories of hosts, and a plain reference that says which alerts must come of them. */
@NullMarked
package io.acswatch.pci.judge.history;

import org.jspecify.annotations.NullMarked;
