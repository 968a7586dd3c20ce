package io.lucerna.plugin.options;

import io.lucerna.base.TextFile;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.CollectionRegistry;
import io.lucerna.plugin.collections.CollectionStore;
import io.lucerna.plugin.collections.NamedCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * Collections by name, for all commands that take topics, judgments or documents. A path that
 * exists takes precedence over a name.
 */
public final class CollectionOptions {
  @Option(
      name = "-collections",
      metaVar = "[folder]",
      usage =
          "Folder with files of named collections, such as cacm; searched before the cache and "
              + "the web (default: the environment's LUCERNA_COLLECTIONS).")
  @Nullable Path folder;

  private final Map<String, String> environment;

  /** Takes defaults from these variables. */
  public CollectionOptions(Map<String, String> environment) {
    this.environment = environment;
  }

  public CollectionStore store() {
    return CollectionStore.of(Optional.ofNullable(folder), environment)
        .telling(System.err::println);
  }

  /** The collection that an argument names; empty if it is the path of something that exists. */
  public static Optional<NamedCollection> named(String argument) {
    return Files.exists(Path.of(argument)) ? Optional.empty() : CollectionRegistry.find(argument);
  }

  /**
   * The collection of that name.
   *
   * @throws CommandException if there is none; the message lists the names
   */
  static NamedCollection required(String name) {
    return CollectionRegistry.find(name)
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCode.INPUT, name + ": no such collection; " + CollectionRegistry.known()));
  }

  /** The file of judgments that an argument means. */
  public Path qrels(String argument) throws IOException {
    Path file = Inputs.file(argument);
    if (TextFile.named(argument).exists()) {
      return file;
    }
    Optional<NamedCollection> named = CollectionRegistry.find(argument);
    if (named.isEmpty()) {
      throw new CommandException(
          ExitCode.INPUT, argument + ": no such file; " + CollectionRegistry.known());
    }
    return store().qrels(named.get());
  }

  /** The file of topics of a collection. */
  public Path topics(NamedCollection collection) throws IOException {
    return store().topics(collection);
  }
}
