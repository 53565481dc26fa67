package io.acswatch.collector.source;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;

/**
 * What reading one configuration space gave.
 *
 * @param space the bytes, as many as there were; none where nothing was read
 * @param status what the reader knows of them
 */
public record ConfigRead(ConfigSpace space, ReadStatus status) {
  /** Nothing was read, for this reason. */
  static ConfigRead nothing(ReadStatus status) {
    return new ConfigRead(new ArrayConfigSpace(), status);
  }
}
