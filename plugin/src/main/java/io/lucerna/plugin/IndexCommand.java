package io.lucerna.plugin;

import io.anserini.index.Counters;
import io.anserini.index.IndexCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Terms;
import org.apache.lucene.store.FSDirectory;

/**
 * {@code index}: Anserini's own indexer with its own flags, and an exit code that tells whether it
 * worked.
 */
final class IndexCommand implements Command {
  private static final String FIELD = "contents";

  private final IndexCollection.Args args = new IndexCollection.Args();

  @Override
  public List<Object> options() {
    return List.of(args);
  }

  @Override
  public String example() {
    return "-collection JsonCollection -input corpus -index indexes/corpus"
        + " -generator DefaultLuceneDocumentGenerator -threads 4 -storeRaw -optimize";
  }

  @Override
  public void run(Console console) throws Exception {
    check();
    args.quiet = !args.verbose;
    Counters counters;
    List<String> complaints;
    try (AnseriniWatch watch = AnseriniWatch.start(args.verbose)) {
      IndexCollection indexer = new IndexCollection(args);
      indexer.run();
      counters = indexer.getCounters();
      complaints = watch.complaints();
    }
    report(counters, complaints, console);
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
    AnseriniNames.require("io.anserini.collection.", args.collectionClass, "-collection");
    AnseriniNames.require("io.anserini.index.generator.", args.generatorClass, "-generator");
    if (args.whitelist != null && !Files.isReadable(Path.of(args.whitelist))) {
      throw new CommandException(ExitCode.INPUT, args.whitelist + ": no such file (-whitelist)");
    }
    Files.createDirectories(Path.of(args.index));
  }

  private void report(Counters counters, List<String> complaints, Console console)
      throws IOException {
    int documents;
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(Path.of(args.index)))) {
      documents = reader.numDocs();
      print(console, "documents", documents);
      Terms terms = MultiTerms.getTerms(reader, FIELD);
      // Only a single segment knows how many terms there are; elsewhere the size is -1.
      print(console, "unique terms", terms == null ? 0 : terms.size());
    }
    print(console, "empty, not indexed", counters.empty.get());
    print(console, "not indexable", counters.unindexable.get());
    print(console, "skipped", counters.skipped.get());
    if (counters.errors.get() > 0 || !complaints.isEmpty()) {
      String first = complaints.isEmpty() ? "" : "; Anserini says: " + complaints.getFirst();
      throw new CommandException(
          ExitCode.FAILED,
          "not all documents were indexed (" + counters.errors + " invalid)" + first);
    }
    if (documents == 0) {
      throw new CommandException(
          ExitCode.INPUT, args.input + ": no document for " + args.collectionClass + " was found");
    }
  }

  private static void print(Console console, String what, long count) {
    if (count > 0) {
      console.out().println(what + ": " + count);
    }
  }
}
