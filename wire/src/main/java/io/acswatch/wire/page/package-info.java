/** The page's files, and one host as a file of its own. */
@NullMarked
package io.acswatch.wire.page;

import org.jspecify.annotations.NullMarked;
