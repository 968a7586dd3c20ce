package io.lucerna.plugin.regress;

import io.lucerna.plugin.collections.CollectionRegistry;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.collections.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Finds a regression's documents, topics and judgments: in folders, else by a known name. */
public final class Locator {
  /**
   * What stands for a file or folder in a command.
   *
   * @param argument on this machine
   * @param shown on any other
   * @param named whether it is the name of a collection
   */
  record Located(String argument, String shown, boolean named) {}

  /** Where Anserini keeps topics and judgments. */
  private static final List<String> EVALUATION_FOLDERS =
      List.of("", "tools/topics-and-qrels", "topics-and-qrels");

  private final List<Path> folders;

  /** A locator that looks into these folders, in this order. */
  public Locator(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  /** The folder of the documents, or the name of their collection. */
  Optional<Located> corpus(Regression regression) {
    return find(
            Stream.of(regression.corpusPath(), regression.corpus()),
            Files::isDirectory,
            regression.corpusPath())
        .or(
            () ->
                CollectionRegistry.find(regression.corpus())
                    .filter(one -> one.corpus().isPresent())
                    .filter(one -> one.indexFlags().contains(regression.collectionClass()))
                    .map(Locator::named));
  }

  /**
   * The topics: a file, or the name of the collection that has a file of that name; {@code
   * topics.NAME.txt} is one for every collection.
   */
  Optional<Located> topics(String path) {
    return evaluation(path, "topics", NamedCollection::topics);
  }

  /** The judgments, in the same way. */
  Optional<Located> qrels(String path) {
    return evaluation(path, "qrels", NamedCollection::qrels);
  }

  /** A file of this name, compressed or not. */
  Optional<Path> file(String name) {
    return find(Stream.of(name, name + ".gz"), Files::isRegularFile, name)
        .map(found -> Path.of(found.argument()));
  }

  private Optional<Located> evaluation(
      String path, String what, Function<NamedCollection, Source> file) {
    return find(
            EVALUATION_FOLDERS.stream()
                .map(folder -> folder.isEmpty() ? path : folder + "/" + path),
            Files::isRegularFile,
            path)
        .or(
            () ->
                CollectionRegistry.all().stream()
                    .filter(one -> isOf(one, path, what, file.apply(one)))
                    .findFirst()
                    .map(Locator::named));
  }

  /** Files that come with Lucerna have names that others may give to files of their own. */
  private static boolean isOf(NamedCollection one, String path, String what, Source file) {
    return path.equals(what + "." + one.name() + ".txt")
        || (file instanceof Source.Remote && file.fileName().equals(path));
  }

  private Optional<Located> find(Stream<String> names, Predicate<Path> is, String shown) {
    List<String> tried = names.toList();
    return folders.stream()
        .flatMap(folder -> tried.stream().map(folder::resolve))
        .filter(is)
        .findFirst()
        .map(path -> new Located(path.toString(), shown, false));
  }

  private static Located named(NamedCollection collection) {
    return new Located(collection.name(), collection.name(), true);
  }

  /** Where was looked, for messages. */
  @Override
  public String toString() {
    return String.join(", ", folders.stream().map(Locator::display).toList());
  }

  private static String display(Path folder) {
    return folder.toString().isEmpty() ? "." : folder.toString();
  }
}
