package io.lucerna.spark;

import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/**
 * Lucerna in a class loader of its own, which has Java's classes and those of {@code lucerna.jar}.
 * There is one in a process: a native library can be loaded by one class loader only.
 */
final class Lucerna {
  private static final String THREADS = "lucerna.threads";

  private static @Nullable Lucerna only;

  private final ClassLoader loader;
  private final Class<?> entry;

  private Lucerna(ClassLoader loader) throws ClassNotFoundException {
    this.loader = loader;
    this.entry = Class.forName("io.lucerna.plugin.Elsewhere", true, loader);
  }

  /** Lucerna of this jar, or that of the jar that was asked for first. */
  static synchronized Lucerna of(Path jar, SparkConf conf) {
    if (only == null) {
      if (System.getProperty(THREADS) == null) {
        Settings.cores(conf).ifPresent(cores -> System.setProperty(THREADS, "" + cores));
      }
      try {
        URL[] urls = {jar.toUri().toURL()};
        // It stays open as long as the process: its classes are loaded when they are needed.
        only = new Lucerna(new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()));
      } catch (MalformedURLException e) {
        throw new UncheckedIOException(e);
      } catch (ClassNotFoundException e) {
        throw new IllegalArgumentException(jar + ": is not lucerna.jar", e);
      }
    }
    return only;
  }

  /**
   * Runs a command.
   *
   * @param pool runs items: it is given what they are, and whom to give outcomes to
   * @return the exit code
   */
  int drive(
      List<String> arguments, BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>> pool) {
    ClassLoader spark = Lucerna.class.getClassLoader();
    BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>> outside =
        (todo, sink) ->
            with(
                spark,
                () -> {
                  pool.accept(todo, outcomes -> with(loader, () -> take(sink, outcomes)));
                  return true;
                });
    return (Integer) call("drive", arguments, List.class, outside, BiConsumer.class);
  }

  /**
   * Opens the same command to compute single items.
   *
   * @param work what the driver's command wants of them
   * @return what computes the outcome of an item from its id; the first byte is not 0 where it
   *     failed
   */
  @SuppressWarnings("unchecked")
  Function<String, byte[]> worker(List<String> arguments, String work) {
    Function<String, byte[]> worker =
        (Function<String, byte[]>) call("worker", arguments, List.class, work, String.class);
    return id -> with(loader, () -> worker.apply(id));
  }

  private Object call(
      String name, Object first, Class<?> firstType, Object second, Class<?> secondType) {
    return with(
        loader,
        () -> {
          try {
            Method method = entry.getMethod(name, firstType, secondType);
            return method.invoke(null, first, second);
          } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
              throw error;
            }
            throw e.getCause() instanceof RuntimeException known
                ? known
                : new IllegalStateException(e.getCause());
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static boolean take(Consumer<Map<String, byte[]>> sink, Map<String, byte[]> outcomes) {
    sink.accept(outcomes);
    return true;
  }

  /** With the loader in which libraries look for more of their own classes. */
  private static <T> T with(ClassLoader loader, Supplier<T> work) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return work.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
