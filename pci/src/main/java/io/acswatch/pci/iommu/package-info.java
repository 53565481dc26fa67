/** How Linux forms IOMMU groups from what it finds. Rules are code, tables of devices are data. */
@NullMarked
package io.acswatch.pci.iommu;

import org.jspecify.annotations.NullMarked;
