package io.acswatch.streams.state;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes RocksDB stores that are rebuilt when their files are damaged. The damaged directory is set
 * aside, and the store begins empty. Kafka Streams then finds no offset in it, takes its task for
 * corrupted, and restores all stores of the task from their changelogs.
 *
 * <p>A store that was not closed in order, as after a kill, is emptied here too. Kafka Streams does
 * the same, but in a way that leaves the gauges of the store at zero until the next start.
 */
final class RebuiltStores implements KeyValueBytesStoreSupplier {
  private static final Logger LOG = LoggerFactory.getLogger(RebuiltStores.class);

  /** In the state directory of the application; holds the last damaged copy of each store. */
  private static final String ASIDE = "damaged";

  /**
   * Offsets, as Kafka Streams before 4.4 kept them; one that cannot be read ends every start.
   * Without it the stores beside it are restored.
   */
  private static final String OLD_OFFSETS = ".checkpoint";

  private static final Pattern UNREADABLE =
      Pattern.compile("No such file|(Is a|Not a) directory|Input/output error");
  private static final long AGAIN_NANOS = Duration.ofHours(1).toNanos();

  private final String name;
  private final KeyValueBytesStoreSupplier rocksDb;
  private final Map<TaskId, Long> rebuiltNanos = new ConcurrentHashMap<>();

  /** Tasks whose files were read through, once in this process. */
  private final Set<TaskId> checked = ConcurrentHashMap.newKeySet();

  RebuiltStores(String name) {
    this.name = name;
    rocksDb = Stores.persistentKeyValueStore(name);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String metricsScope() {
    return rocksDb.metricsScope();
  }

  @Override
  @SuppressWarnings("unchecked") // the store of the supplier has the same type
  public KeyValueStore<Bytes, byte[]> get() {
    return (KeyValueStore<Bytes, byte[]>)
        Proxy.newProxyInstance(
            RebuiltStores.class.getClassLoader(),
            new Class<?>[] {KeyValueStore.class},
            new Guard(rocksDb.get()));
  }

  /** Passes every call on to a store, and looks at what fails. */
  private final class Guard implements InvocationHandler {
    private final KeyValueStore<Bytes, byte[]> store;
    private @Nullable TaskId task;
    private @Nullable Path directory;
    private volatile @Nullable Throwable damage;

    private Guard(KeyValueStore<Bytes, byte[]> store) {
      this.store = store;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      if (method.getName().equals("init")) {
        Object[] given = Objects.requireNonNull(arguments);
        init((StateStoreContext) given[0], (StateStore) given[1]);
        return null;
      }
      try {
        return method.invoke(store, arguments);
      } catch (InvocationTargetException failed) {
        throw judged(failed.getCause());
      } finally {
        if (method.getName().equals("close")) {
          closed();
        }
      }
    }

    private void closed() {
      if (damage != null) {
        setAside(damage);
        damage = null;
      }
      if (directory != null) {
        // By it Kafka Streams tells how old the stores are; if it cannot be set, they are too old.
        directory.getParent().getParent().toFile().setLastModified(System.currentTimeMillis());
      }
    }

    private void init(StateStoreContext context, StateStore root) {
      Path ofTask = context.stateDir().toPath();
      task = context.taskId();
      directory = ofTask.resolve("rocksdb").resolve(name);
      try {
        Files.deleteIfExists(ofTask.resolve(OLD_OFFSETS));
        if (checked.add(task) && Files.exists(directory)) {
          check(directory);
        }
        store.init(context, root);
        return;
      } catch (TaskCorruptedException notClosed) {
        LOG.info("Store {} was not closed in order; it is restored from Kafka", directory);
        delete(directory);
      } catch (IOException | RocksDBException | ProcessorStateException failed) {
        Throwable found = damage(failed);
        if (found == null) {
          throw failed instanceof ProcessorStateException asItWas
              ? asItWas
              : new ProcessorStateException("cannot open " + directory, failed);
        }
        if (isAgain()) {
          throw again(found);
        }
        setAside(found);
      }
      store.init(context, root);
    }

    /** A failure by damage becomes the one at which Kafka Streams closes and restores the task. */
    private Throwable judged(Throwable failure) {
      Throwable found = damage(failure);
      if (found == null || task == null || !(failure instanceof ProcessorStateException known)) {
        return failure;
      }
      if (damage == null) {
        if (isAgain()) {
          return again(found);
        }
        damage = found;
      }
      return new TaskCorruptedException(Set.of(task), known);
    }

    private boolean isAgain() {
      long now = System.nanoTime();
      Long before = rebuiltNanos.put(Objects.requireNonNull(task), now);
      return before != null && now - before < AGAIN_NANOS;
    }

    private ProcessorStateException again(Throwable found) {
      return new ProcessorStateException(
          "store %s is damaged again, less than an hour after it was rebuilt: %s; look at the disk (kernel log), then delete %s and start again: all of it is in Kafka"
              .formatted(directory, reason(found), Objects.requireNonNull(directory).getParent()));
    }

    private void setAside(Throwable found) {
      Path damaged = Objects.requireNonNull(directory);
      Path aside = damaged.getParent().getParent().resolveSibling(ASIDE).resolve(task + "-" + name);
      delete(aside);
      try {
        Files.createDirectories(aside.getParent());
        Files.move(damaged, aside);
      } catch (IOException refused) {
        throw new ProcessorStateException(
            "store %s is damaged and cannot be moved to %s; delete it and start again: all of it is in Kafka"
                .formatted(damaged, aside),
            refused);
      }
      LOG.warn(
          "Store {} is damaged and is rebuilt from Kafka; its files are in {}: {}",
          damaged,
          aside,
          reason(found));
    }

    private static String reason(Throwable found) {
      return String.valueOf(found.getMessage()).lines().findFirst().orElse("");
    }
  }

  /**
   * Reads all files through. An iterator of Kafka Streams ends at a damaged block as if nothing
   * came behind it.
   */
  private static void check(Path directory) throws RocksDBException {
    List<ColumnFamilyHandle> families = new ArrayList<>();
    List<ColumnFamilyDescriptor> names = new ArrayList<>();
    try (DBOptions options = new DBOptions();
        Options none = new Options()) {
      for (byte[] family : RocksDB.listColumnFamilies(none, directory.toString())) {
        names.add(new ColumnFamilyDescriptor(family));
      }
      if (names.isEmpty()) {
        return; // what no manifest lists is opened as new, or refused
      }
      try (RocksDB store = RocksDB.openReadOnly(options, directory.toString(), names, families)) {
        store.verifyChecksum();
        families.forEach(ColumnFamilyHandle::close);
      }
    }
  }

  /** What says that files are damaged; null if a failure has another cause. */
  private static @Nullable Throwable damage(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof FileAlreadyExistsException) {
        return cause; // a file where the directory should be
      }
      if (cause instanceof RocksDBException rocks && rocks.getStatus() != null) {
        Status.Code code = rocks.getStatus().getCode();
        return code == Status.Code.Corruption
                || (code == Status.Code.IOError
                    && UNREADABLE.matcher(String.valueOf(rocks.getMessage())).find())
            ? rocks
            : null;
      }
    }
    return null;
  }

  private static void delete(Path tree) {
    try {
      Utils.delete(tree.toFile());
    } catch (IOException refused) {
      throw new ProcessorStateException(
          "cannot delete %s: %s; delete it and start again: all of it is in Kafka"
              .formatted(tree, refused),
          refused);
    }
  }
}
