package io.lucerna.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout that is tested keeps what tests read. */
public final class Checkout {
  private static final Path ROOT = findRoot();

  private Checkout() {}

  private static Path findRoot() {
    Path folder = Path.of(System.getProperty("lucerna.root", "")).toAbsolutePath().normalize();
    for (Path at = folder; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("mvnw"))) {
        return at;
      }
    }
    throw new IllegalStateException(
        folder + " is in no checkout of Lucerna; -Dlucerna.root names one");
  }

  /** The folder with README.md: {@code -Dlucerna.root}, or the nearest above the working folder. */
  public static Path root() {
    return ROOT;
  }

  /**
   * The tiny models that {@code instrumentation/src/test/python/make_fixtures.py} makes, such as
   * {@code bert-cross}; those of other families are in {@code families}.
   */
  public static Path models() {
    return ROOT.resolve("instrumentation/src/test/resources/io/lucerna/instrumentation");
  }

  /** A tiny model, by its path below {@link #models()}, as a command takes it. */
  public static String model(String name) {
    return models().resolve(name).toString();
  }

  /**
   * Something in the folder of larger data, {@code ../shared} or {@code -Dlucerna.shared}, which
   * need not exist.
   */
  public static Path shared(String inside) {
    String named = System.getProperty("lucerna.shared");
    return (named == null ? ROOT.resolve("../shared").normalize() : Path.of(named)).resolve(inside);
  }
}
