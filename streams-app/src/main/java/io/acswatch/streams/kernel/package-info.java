/** What the fleet tells of the rules that kernels group by: one row for each kernel. */
@NullMarked
package io.acswatch.streams.kernel;

import org.jspecify.annotations.NullMarked;
