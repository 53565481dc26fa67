package io.acswatch.cli;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep the process alive. */
public final class DaemonThread {
  private DaemonThread() {}

  public static ThreadFactory named(String name) {
    return task -> {
      Thread daemon = new Thread(task, name);
      daemon.setDaemon(true);
      return daemon;
    };
  }

  public static Thread start(String name, Runnable task) {
    Thread daemon = named(name).newThread(task);
    daemon.start();
    return daemon;
  }
}
