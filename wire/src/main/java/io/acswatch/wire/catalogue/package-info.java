/**
 * The alert catalogue: a page for each code. The pages stand in {@code docs/alerts} and are made,
 * examples included, by the test that checks them.
 */
@NullMarked
package io.acswatch.wire.catalogue;

import org.jspecify.annotations.NullMarked;
