package io.lucerna.plugin.anserini;

import io.anserini.rerank.Reranker;
import io.anserini.rerank.RerankerCascade;
import io.anserini.rerank.RerankerContext;
import io.anserini.search.ScoredDocs;
import io.anserini.search.SearchCollection;
import io.anserini.search.similarity.TaggedSimilarity;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.texts.TextSourceException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.search.similarities.Similarity;

/**
 * Anserini's SearchCollection as it is, with a witness at the end of each of its cascades. Anserini
 * drops a topic whose search throws, and continues; the witness distinguishes such a topic from one
 * without hits.
 */
public final class FirstStage {
  private static final int RUN_COLUMNS = 6;

  /**
   * One run of Anserini's.
   *
   * @param suffix what Anserini appends to the output's name; empty when there is one run only
   * @param rankings of the topics with hits, in Anserini's order
   */
  public record Result(String suffix, Collection<Ranking> rankings) {}

  private final SearchCollection.Args args;
  private final Set<String> topics;
  private final boolean unordered;
  private final Path folder;

  private FirstStage(
      SearchCollection.Args args, Set<String> topics, boolean unordered, Path folder) {
    this.args = args;
    this.topics = topics;
    this.unordered = unordered;
    this.folder = folder;
  }

  /**
   * Searches.
   *
   * @param args Anserini's; the output's name is taken as where the runs will go, but nothing is
   *     written there
   * @param topics what its topics hold; all must be answered
   * @throws AnseriniException if Anserini did not answer them all
   */
  public static List<Result> search(
      SearchCollection.Args args, List<TopicFiles> topics, boolean verbose) throws IOException {
    Path folder = Files.createTempDirectory("lucerna-search");
    String output = args.output;
    String[] given = args.topics;
    String format = args.format;
    try {
      args.output = folder.resolve("run").toString();
      args.format = "trec";
      boolean unordered = TopicFiles.give(args, topics, folder);
      Set<String> ids = TopicFiles.queries(topics).keySet();
      return new FirstStage(args, ids, unordered, folder).search(Path.of(output), verbose);
    } finally {
      args.output = output;
      args.format = format;
      args.topics = given;
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private List<Result> search(Path output, boolean verbose) throws IOException {
    Set<String> present = Boolean.TRUE.equals(args.skipExists) ? present(output) : Set.of();
    for (String suffix : present) {
      Files.createFile(folder.resolve("run" + suffix));
    }
    List<Result> results = new ArrayList<>();
    try (AnseriniWatch watch = AnseriniWatch.start(verbose);
        SearchCollection<?> anserini = new SearchCollection<>(args)) {
      @SuppressWarnings("unchecked")
      List<TaggedSimilarity> similarities =
          (List<TaggedSimilarity>) field(anserini, "similarities");
      @SuppressWarnings("unchecked")
      List<RerankerCascade<Object>> cascades =
          (List<RerankerCascade<Object>>) field(anserini, "cascades");
      List<Witness> witnesses = new ArrayList<>();
      for (RerankerCascade<Object> cascade : cascades) {
        Witness witness = new Witness();
        cascade.add(witness);
        witnesses.add(witness);
      }
      anserini.run();
      boolean one = similarities.size() == 1 && cascades.size() == 1;
      for (TaggedSimilarity similarity : similarities) {
        for (int i = 0; i < cascades.size(); i++) {
          String suffix = one ? "" : "_" + similarity.getTag() + "_" + cascades.get(i).getTag();
          if (!present.contains(suffix)) {
            Witness witness = witnesses.get(i);
            Map<String, Boolean> seen = witness.seen(similarity.getSimilarity());
            results.add(new Result(suffix, rankings(suffix, seen, watch)));
          }
        }
      }
    }
    return results;
  }

  /** The suffixes of the outputs that are there already. */
  private static Set<String> present(Path output) throws IOException {
    String name = String.valueOf(output.getFileName());
    Set<String> suffixes = new TreeSet<>();
    Path parent = output.toAbsolutePath().getParent();
    if (parent != null) {
      try (var files = Files.list(parent)) {
        files
            .map(f -> String.valueOf(f.getFileName()))
            .filter(f -> f.equals(name) || f.startsWith(name + "_"))
            .forEach(f -> suffixes.add(f.substring(name.length())));
      }
    }
    return suffixes;
  }

  /**
   * The run.
   *
   * @param seen the topics that reached the end of the cascade, and whether with documents
   */
  private Collection<Ranking> rankings(
      String suffix, Map<String, Boolean> seen, AnseriniWatch watch) throws IOException {
    Path file = folder.resolve("run" + suffix);
    if (!Files.exists(file)) {
      throw new AnseriniException("Anserini made no run" + suffix + watch.reason());
    }
    Run run = Files.size(file) == 0 ? null : read(file);
    Set<String> missing = new TreeSet<>(topics);
    missing.removeAll(seen.keySet());
    // Its writer fails in silence too; a topic's only document may be the query itself.
    if (!Boolean.TRUE.equals(args.removeQuery)) {
      seen.entrySet().stream()
          .filter(Map.Entry::getValue)
          .forEach(topic -> missing.add(topic.getKey()));
    }
    if (run != null) {
      missing.removeAll(run.topics());
    }
    // With -rf.qrels, Anserini goes round our witness where a topic has no relevant documents.
    if (!missing.isEmpty() && args.rf_qrels == null) {
      throw new AnseriniException(
          "Anserini dropped "
              + missing.size()
              + " of "
              + topics.size()
              + " topics: "
              + Console.some(missing)
              + watch.reason());
    }
    if (run == null) {
      return List.of();
    }
    List<Ranking> rankings = new ArrayList<>(run.rankings());
    if (unordered) {
      rankings.sort(Comparator.comparingInt(ranking -> Integer.parseInt(ranking.topic())));
    }
    return rankings;
  }

  private static Run read(Path file) throws IOException {
    try {
      return Run.read(file);
    } catch (MalformedTextException e) {
      Optional<String> broken = brokenId(file, e.line());
      if (broken.isPresent()) {
        throw new TextSourceException(
            "document id '"
                + broken.get()
                + "' of the index contains whitespace, which no TREC run can hold; index the"
                + " documents again under other ids",
            e);
      }
      String fault = String.valueOf(e.getMessage()).replace(file + ":", "line ");
      throw new AnseriniException(
          "Anserini's run is malformed: "
              + fault
              + " (is a document in the index twice? see -removeDuplicates)",
          e);
    }
  }

  /** The document's id in a line of a run that has too many columns. */
  private static Optional<String> brokenId(Path file, long line) throws IOException {
    try (TextLines lines = TextFile.of(file).lines()) {
      String text = lines.next();
      while (text != null && lines.number() < line) {
        text = lines.next();
      }
      String[] columns = text == null ? new String[0] : text.strip().split(" ", -1);
      return columns.length > RUN_COLUMNS
          ? Optional.of(String.join(" ", List.of(columns).subList(2, columns.length - 3)))
          : Optional.empty();
    }
  }

  private static List<?> field(SearchCollection<?> anserini, String name) {
    try {
      return (List<?>)
          MethodHandles.privateLookupIn(SearchCollection.class, MethodHandles.lookup())
              .findGetter(SearchCollection.class, name, List.class)
              .invoke(anserini);
    } catch (Throwable e) {
      throw new IllegalStateException(
          "this version of Anserini keeps no list "
              + name
              + " in SearchCollection; Lucerna was written for "
              + Versions.all().get("Anserini"),
          e);
    }
  }

  /**
   * Notes which topics reached the end of a cascade, and whether with documents, by the similarity
   * that they were searched with.
   */
  private static final class Witness implements Reranker<Object> {
    private final Map<Similarity, Map<String, Boolean>> seen =
        Collections.synchronizedMap(new IdentityHashMap<>());

    @Override
    public ScoredDocs rerank(ScoredDocs docs, RerankerContext<Object> context) {
      seen.computeIfAbsent(
              context.getIndexSearcher().getSimilarity(), s -> new ConcurrentHashMap<>())
          .put(context.getQueryId().toString(), docs.scores.length > 0);
      return docs;
    }

    Map<String, Boolean> seen(Similarity similarity) {
      return seen.getOrDefault(similarity, Map.of());
    }

    @Override
    public String tag() {
      return "witness";
    }
  }
}
