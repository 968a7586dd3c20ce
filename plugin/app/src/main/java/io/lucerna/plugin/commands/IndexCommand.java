package io.lucerna.plugin.commands;

import io.anserini.index.IndexCollection;
import io.lucerna.base.FolderLock;
import io.lucerna.plugin.anserini.AnseriniNames;
import io.lucerna.plugin.anserini.Indexing;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.CollectionRegistry;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.options.CollectionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Terms;
import org.apache.lucene.store.FSDirectory;

/**
 * {@code index}: Anserini's own indexer with its own flags, and an exit code that says whether it
 * worked.
 */
public final class IndexCommand implements Command {
  private static final String FIELD = "contents";
  private static final String COLLECTION = "-collection";
  private static final String INPUT = "-input";

  private final IndexCollection.Args args = new IndexCollection.Args();
  private final CollectionOptions collections;

  /** The collection whose documents are not where the user says, but to be found. */
  private Optional<NamedCollection> wanted = Optional.empty();

  public IndexCommand(CollectionOptions collections) {
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(args, collections);
  }

  /**
   * {@code -collection NAME} stands for the flags that the collection of this name needs. What the
   * user writes comes after them, and so takes precedence.
   */
  @Override
  public List<String> expand(List<String> arguments) {
    int at = arguments.indexOf(COLLECTION);
    if (at < 0 || at + 1 == arguments.size()) {
      return arguments;
    }
    Optional<NamedCollection> named = CollectionRegistry.find(arguments.get(at + 1));
    if (named.isEmpty()) {
      return arguments;
    }
    List<String> expanded = new ArrayList<>(named.get().indexFlags());
    expanded.addAll(arguments.subList(0, at));
    expanded.addAll(arguments.subList(at + 2, arguments.size()));
    if (!arguments.contains(INPUT)) {
      wanted = named;
      expanded.addAll(List.of(INPUT, named.get().name()));
    }
    return expanded;
  }

  @Override
  public String example() {
    return "-collection JsonCollection -input corpus -index indexes/corpus"
        + " -generator DefaultLuceneDocumentGenerator -threads 4 -storeRaw -optimize";
  }

  @Override
  public void run(Console console) throws Exception {
    if (wanted.isPresent()) {
      args.input = collections.store().corpus(wanted.get()).toString();
    }
    check();
    try (FolderLock lock =
        FolderLock.take(Path.of(args.index), String.join(" ", console.commandLine()))) {
      Indexing done = Indexing.run(args);
      lock.check();
      report(done, console);
    }
  }

  private void check() throws IOException {
    if (args.append) {
      throw new CommandException(
          ExitCode.USAGE,
          "-append is not supported: this Anserini would overwrite the index instead");
    }
    if (args.threads < 1) {
      throw new CommandException(
          ExitCode.USAGE, "-threads must be at least 1, got " + args.threads);
    }
    if (!Files.isDirectory(Path.of(args.input))) {
      throw new CommandException(
          ExitCode.INPUT, args.input + ": -input must be an existing folder of documents");
    }
    checkCollection();
    AnseriniNames.require("io.anserini.index.generator.", args.generatorClass, "-generator");
    if (args.whitelist != null && !Files.isReadable(Path.of(args.whitelist))) {
      throw new CommandException(ExitCode.INPUT, args.whitelist + ": no such file (-whitelist)");
    }
    Files.createDirectories(Path.of(args.index));
  }

  private void checkCollection() {
    try {
      AnseriniNames.require("io.anserini.collection.", args.collectionClass, COLLECTION);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage() + "; " + CollectionRegistry.known(), e);
    }
  }

  private void report(Indexing done, Console console) throws IOException {
    int documents;
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(Path.of(args.index)))) {
      documents = reader.numDocs();
      print(console, "documents", documents);
      Terms terms = MultiTerms.getTerms(reader, FIELD);
      // Only a single segment knows how many terms there are; elsewhere the size is -1.
      print(console, "unique terms", terms == null ? 0 : terms.size());
    }
    print(console, "empty, not indexed", done.counters().empty.get());
    print(console, "not indexable", done.counters().unindexable.get());
    print(console, "skipped", done.counters().skipped.get());
    done.requireComplete();
    if (documents == 0) {
      throw new CommandException(ExitCode.INPUT, args.input + nothing(done.counters().empty.get()));
    }
  }

  private String nothing(long empty) {
    if (empty == 0) {
      return ": no document for " + args.collectionClass + " was found";
    }
    String where =
        args.collectionClass.equals("TrecCollection")
            ? "; it reads what is inside <TEXT>, <HEADLINE>, <TITLE> and the like, and text without"
                + " such tags can be given as JSON lines (JsonCollection)"
            : "";
    return String.format(
        Locale.ROOT,
        ": no document has text where %s reads it (documents: %d)%s",
        args.collectionClass,
        empty,
        where);
  }

  private static void print(Console console, String what, long count) {
    if (count > 0) {
      console.out().println(what + ": " + count);
    }
  }
}
