package io.lucerna.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

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

  /**
   * The folders of models that come with numbers of Hugging Face transformers: those in {@link
   * #models()}, those beside the checkout, and those that {@code -Dlucerna.goldens} names.
   *
   * @param namePattern what a folder's name must match
   */
  public static Stream<Path> goldens(String namePattern) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path root :
        List.of(
            models(),
            models().resolve("families"),
            shared("goldens"),
            Path.of(System.getProperty("lucerna.goldens", models().toString())))) {
      if (Files.isDirectory(root)) {
        try (Stream<Path> children = Files.list(root)) {
          children
              .filter(folder -> folder.getFileName().toString().matches(namePattern))
              .filter(folder -> Files.exists(folder.resolve("config.json")))
              .sorted()
              .forEach(found::add);
        }
      }
    }
    return found.stream().distinct();
  }

  /**
   * The {@link #goldens} that laws are tried on: of those with a name in common one, since the
   * others are the same code with other weights. With {@code -Dlucerna.soak=true}, as in the
   * profile {@code soak}, all of them.
   */
  public static Stream<Path> kinds(String namePattern) throws IOException {
    Set<Path> names = new HashSet<>();
    return goldens(namePattern)
        .filter(folder -> names.add(folder.getFileName()) || Boolean.getBoolean("lucerna.soak"));
  }
}
