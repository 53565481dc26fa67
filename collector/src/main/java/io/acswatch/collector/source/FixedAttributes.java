package io.acswatch.collector.source;

import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What stays as it is for as long as a function is there: read once, and again only when another
 * function has come in its place. Thread-safe.
 *
 * <p>Which function it is tells the inode of its directory: sysfs never gives one to a second
 * directory. Source: linux {@code fs/kernfs/dir.c}, {@code __kernfs_new_node}: a 64-bit id of which
 * the upper half counts on when the lower one begins anew.
 */
final class FixedAttributes {
  private final HostTree tree;
  private final Map<PciAddress, Kept> kept = new ConcurrentHashMap<>();

  FixedAttributes(HostTree tree) {
    this.tree = tree;
  }

  /**
   * The attributes of one function.
   *
   * @param path real path of its directory
   * @param removable empty where there is no such file
   */
  record Fixed(String path, int vendor, int device, String removable) {}

  private record Kept(@Nullable Object identity, Fixed fixed) {}

  /** Those of the function with this directory, one object per function; fails if it is gone. */
  Fixed of(PciAddress address, String directory) throws IOException {
    Object identity = tree.identity(directory);
    Kept known = kept.get(address);
    if (known != null && identity != null && identity.equals(known.identity)) {
      return known.fixed;
    }
    Fixed fixed = read(directory);
    if (known != null && identity == null && fixed.equals(known.fixed)) {
      return known.fixed;
    }
    if (Objects.equals(identity, tree.identity(directory))) {
      kept.put(address, new Kept(identity, fixed));
    }
    return fixed;
  }

  private Fixed read(String directory) throws IOException {
    return new Fixed(
        tree.realPath(directory),
        tree.number(directory + "/vendor", 0),
        tree.number(directory + "/device", 0),
        tree.textOr(directory + "/removable", ""));
  }

  void retain(Set<PciAddress> addresses) {
    kept.keySet().retainAll(addresses);
  }
}
