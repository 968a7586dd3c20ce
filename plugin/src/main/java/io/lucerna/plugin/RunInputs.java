package io.lucerna.plugin;

import io.anserini.search.SearchCollection;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.collections.NamedCollection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** What turns the ids of a run into queries and passages: topics, and an index or a corpus. */
final class RunInputs {
  @Option(name = "-topics", metaVar = "[file]", usage = "Topics, or the name of a collection.")
  @Nullable String topics;

  @Option(
      name = "-topicReader",
      metaVar = "[name]",
      usage =
          "Anserini's name of the topics' format (Trec, Cacm, TsvInt, TsvString, JsonString, ...); told from the file if not given.")
  @Nullable String topicReader;

  @Option(
      name = "-topicField",
      metaVar = "[field]",
      usage = "title, description, narrative, or several joined by +.")
  String topicField = "title";

  @Option(
      name = "-index",
      metaVar = "[path]",
      forbids = "-corpus",
      usage = "Index that stores the texts (indexed with -storeRaw or -storeContents).")
  @Nullable String index;

  @Option(
      name = "-corpus",
      metaVar = "[path]",
      usage = "Texts in JSON lines, a file or a folder: id, and contents or title and text.")
  @Nullable String corpus;

  private Optional<NamedCollection> collection = Optional.empty();

  /** The collection whose topics were named, if one was; known once candidates were read. */
  Optional<NamedCollection> collection() {
    return collection;
  }

  /**
   * The candidates of a run with their queries, in the run's order; topics without any are named.
   *
   * @throws CommandException if the run has a topic that the topics lack
   */
  List<Candidates> candidates(String run, CollectionOptions collections, Console console)
      throws IOException {
    if (topics == null) {
      throw new CommandException(ExitCode.USAGE, "-topics is needed beside a run");
    }
    findCollection(topics, collections);
    Map<String, String> queries = TopicFiles.read(topics, topicReader, topicField).queries();
    Run read = Run.read(Inputs.file(run));
    List<Candidates> candidates = new ArrayList<>();
    for (Ranking ranking : read.rankings()) {
      String query = queries.get(ranking.topic());
      if (query == null) {
        throw new CommandException(
            ExitCode.INPUT, run + ": topic " + ranking.topic() + " of the run is not in " + topics);
      }
      candidates.add(new Candidates(query, ranking));
    }
    Set<String> without = new LinkedHashSet<>(queries.keySet());
    without.removeAll(read.topics());
    if (!without.isEmpty()) {
      console.say(
          "%d of %d topics have no hits in the run: %s",
          without.size(), queries.size(), Outputs.some(without));
    }
    return candidates;
  }

  /**
   * The candidates that BM25 finds in the index, with Anserini's parameters, in its order of
   * topics.
   *
   * @param hits the most documents of a topic
   * @throws CommandException if no index is named, or Anserini does not answer all topics
   */
  List<Candidates> search(int hits, CollectionOptions collections, Console console)
      throws IOException {
    if (topics == null) {
      throw new CommandException(ExitCode.USAGE, "-topics is needed to search");
    }
    if (index == null) {
      throw new CommandException(
          ExitCode.USAGE, "the first stage is missing: give -run, or -index to search with BM25");
    }
    if (hits < 1) {
      throw new CommandException(ExitCode.USAGE, "-hits must be at least 1, got " + hits);
    }
    IndexTexts.open(index).close();
    findCollection(topics, collections);
    TopicFiles read = TopicFiles.read(topics, topicReader, topicField);
    SearchCollection.Args args = new SearchCollection.Args();
    args.index = index;
    args.topics = new String[] {topics};
    args.topicField = topicField;
    args.bm25 = true;
    args.hits = hits;
    args.output = "run";
    List<Candidates> candidates = new ArrayList<>();
    for (FirstStage.Result result : FirstStage.search(args, List.of(read), console.verbose())) {
      for (Ranking ranking : result.rankings()) {
        String query = Objects.requireNonNull(read.queries().get(ranking.topic()), ranking.topic());
        candidates.add(new Candidates(query, ranking));
      }
    }
    return candidates;
  }

  private void findCollection(String given, CollectionOptions collections) throws IOException {
    collection = CollectionOptions.named(given);
    if (collection.isPresent()) {
      topics = collections.topics(collection.get()).toString();
      topicReader =
          topicReader == null ? collection.get().topicFormat().anseriniName() : topicReader;
    }
  }

  /** The texts of the first {@code depth} candidates of each topic, or of more. */
  TextSource texts(List<Candidates> candidates, int depth) throws IOException {
    if (index != null) {
      return IndexTexts.open(index);
    }
    if (corpus == null) {
      throw new CommandException(ExitCode.USAGE, "the texts are missing: give -index or -corpus");
    }
    Set<String> docnos = new LinkedHashSet<>();
    candidates.forEach(c -> docnos.addAll(c.ranking().top(depth).docnos()));
    return CorpusTexts.read(Path.of(corpus), docnos);
  }

  /** What was read, for provenance. */
  Map<String, Object> identity(String run, TextSource texts) throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("run", Hashes.of(Path.of(run)));
    identity.put("topics", Outputs.topics(String.valueOf(topics)));
    identity.put("texts", texts.identity());
    return identity;
  }
}
