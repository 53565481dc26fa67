/**
 * The domain of PCI isolation: configuration space, hierarchy, groups, judgement. It knows the JDK
 * only: no Kafka, no files, no clock.
 */
@NullMarked
package io.acswatch.pci;

import org.jspecify.annotations.NullMarked;
