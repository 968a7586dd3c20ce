package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.PairsOptions;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.studies.record.PairTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** The pairs that {@code explain} is given: two texts, a table, or candidates of a topic. */
final class ExplainPairs {
  /** More passages than two have no difference. */
  private static final int COMPARED = 2;

  private final RunInputs inputs = new RunInputs();
  private final RerankOptions rerank = new RerankOptions();
  private final PairsOptions given = new PairsOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-query",
      metaVar = "[text]",
      depends = "-passage",
      forbids = {"-pairs", "-run", "-collection", "-topic", "-docid"},
      usage = "A query, for -passage.")
  @Nullable String query;

  @Option(
      name = "-passage",
      metaVar = "[text]",
      depends = "-query",
      usage = "The passage whose score is explained.")
  @Nullable String passage;

  @Option(
      name = "-topic",
      metaVar = "[id]",
      depends = "-docid",
      usage = "The topic, with -run, -collection or -pairs.")
  @Nullable String topic;

  @Option(
      name = "-docid",
      metaVar = "[ids]",
      depends = "-topic",
      usage = "The document, or two, separated by a comma: then also why one is above the other.")
  @Nullable String docid;

  ExplainPairs(CollectionOptions collections) {
    this.collections = collections;
  }

  /** What the command line can have, this included. */
  List<Object> options() {
    return List.of(this, given, inputs, rerank, collections);
  }

  /** The collection that was named; null if none was. */
  @Nullable String collection() {
    return inputs.named;
  }

  /** Whether two passages were named, so that their difference is asked for. */
  boolean areCompared() {
    return docid != null && ids(docid).size() == COMPARED;
  }

  /** Refuses what can be refused before anything is read. */
  void check() {
    rerank.check();
    if (docid != null) {
      List<String> ids = ids(docid);
      if (ids.size() > COMPARED || ids.contains("") || new HashSet<>(ids).size() < ids.size()) {
        throw new CommandException(
            ExitCode.USAGE, "-docid must be one id, or two different ones: D1,D2; got " + docid);
      }
    }
  }

  /** The table that was given; null if none was. */
  @Nullable String table() {
    return given.pairs;
  }

  /**
   * All that was given: every pair of a table, every candidate.
   *
   * @param provenance is told of the candidates
   * @throws CommandException if there are none
   */
  List<PairTable.Row> all(BiConsumer<String, Object> provenance, Console console) throws Exception {
    return PairRows.read(given, inputs, rerank, collections, provenance, console);
  }

  /**
   * What was asked for: the two texts, the passages that were named, or every pair of a table.
   *
   * @param provenance is told of the candidates
   * @throws CommandException if nothing is named, or a name is not among what is read
   */
  List<PairTable.Row> wanted(BiConsumer<String, Object> provenance, Console console)
      throws Exception {
    if (query != null && passage != null) {
      return List.of(new PairTable.Row(0, "query", query, "passage", passage));
    }
    if (topic == null || docid == null) {
      if (given.pairs == null) {
        throw new CommandException(
            ExitCode.USAGE,
            "name the passages: -topic T -docid D, or two: -docid D1,D2; or give -query and"
                + " -passage");
      }
      return all(provenance, console);
    }
    return named(all(provenance, console), topic, ids(docid));
  }

  private static List<String> ids(String docid) {
    return List.of(docid.split(",", -1));
  }

  private static List<PairTable.Row> named(
      List<PairTable.Row> all, String topic, List<String> ids) {
    List<PairTable.Row> ofTopic = all.stream().filter(row -> row.qid().equals(topic)).toList();
    if (ofTopic.isEmpty()) {
      Set<String> topics = new HashSet<>();
      all.forEach(row -> topics.add(row.qid()));
      throw new CommandException(
          ExitCode.INPUT,
          "there is no topic " + topic + " among the " + Counted.of(topics.size(), "topic"));
    }
    List<PairTable.Row> rows = new ArrayList<>();
    for (String id : ids) {
      rows.add(
          ofTopic.stream()
              .filter(row -> row.docid().equals(id))
              .findFirst()
              .orElseThrow(
                  () ->
                      new CommandException(
                          ExitCode.INPUT,
                          "topic "
                              + topic
                              + " has no candidate '"
                              + id
                              + "' among the "
                              + Counted.of(ofTopic.size(), "passage")
                              + " that are read")));
    }
    return rows;
  }
}
