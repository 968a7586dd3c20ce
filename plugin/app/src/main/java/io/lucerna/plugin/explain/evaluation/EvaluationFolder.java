package io.lucerna.plugin.explain.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import io.lucerna.eval.Comparison;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.TokenMethod;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.JsonText;
import io.lucerna.studies.work.Judgments;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.ShardFolder;
import io.lucerna.studies.work.Shards;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The folder of an evaluation: the journal of its pairs, and the tables and pictures made of it.
 *
 * @param pairs what is evaluated; no two have the same topic and document
 * @param qrels for rankings; none for no rankings
 * @param identity of the folder
 * @param settings what decides outcomes, next to model and pairs
 * @param comparison of methods
 */
public record EvaluationFolder(
    List<MarkedPair> pairs,
    Qrels qrels,
    Identity identity,
    Map<String, Object> settings,
    Comparison.Settings comparison) {
  /** Whose shards these are. */
  public static final String COMMAND = "explain";

  /** What the outcomes in a journal of an evaluation are. */
  public static final String OUTCOMES = "curves";

  private static final String PAIRS_SHA256 = "pairs_sha256";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Does what is not done yet, and writes all files, unless it is one part of several.
   *
   * @return lines for people; empty for a part
   */
  public Optional<List<String>> work(
      FolderLock lock, EvaluationJob job, Optional<Shard> shard, Console console)
      throws IOException {
    EvaluationEnd end =
        new EvaluationEnd(
            pairs.stream().map(PairId::of).toList(),
            sha256(),
            qrels,
            identity,
            settings,
            comparison);
    JournalSettings decisive = identity.decisive();
    decisive.put(
        "token_methods", Arrays.stream(TokenMethod.values()).map(TokenMethod::option).toList());
    decisive.putAll(settings);
    decisive.put("pairs", end.sha256());
    try (Journal<PairCurves> journal = Journal.open(lock, decisive.put(shard), PairCurves.CODEC)) {
      int[] places = job.places(shard);
      if (shard.isPresent()) {
        Judgments.write(qrels, lock.path());
        ShardFolder.write(
            lock.path(),
            COMMAND,
            shard.get(),
            job.items(),
            places,
            List.of(Judgments.FILE),
            identity,
            json(end),
            MAPPER.createObjectNode());
      }
      work(job, places, journal, console);
      return shard.isPresent() ? Optional.empty() : Optional.of(end.write(journal, lock.path()));
    }
  }

  private static void work(
      EvaluationJob job, int[] places, Journal<PairCurves> journal, Console console)
      throws IOException {
    long done =
        Arrays.stream(places).filter(place -> journal.has(job.items().get(place).id())).count();
    if (done > 0) {
      console.say("%d of %d pairs done already", done, places.length);
    }
    try (Progress progress = new Progress(console, "evaluating", places.length - done)) {
      console.items().complete(job, places, journal, item -> progress.advance(1));
    }
  }

  private String sha256() throws IOException {
    return Hashes.sha256(
        out -> {
          for (MarkedPair pair : pairs) {
            out.write(pair + "\n");
          }
        });
  }

  private static ObjectNode json(EvaluationEnd end) {
    ObjectNode json = MAPPER.createObjectNode();
    json.set("settings", JsonText.tree(end.settings()));
    json.set("comparison", JsonText.tree(end.comparison()));
    return json.put(PAIRS_SHA256, end.sha256());
  }

  /**
   * Makes the whole from its shards, in a folder that may hold some of it already.
   *
   * @return lines for people
   * @throws io.lucerna.studies.work.StudyException naming a shard that is not finished
   */
  public static List<String> merge(Shards shards, FolderLock lock) throws IOException {
    JsonNode json = shards.whole();
    Map<String, Object> settings = new LinkedHashMap<>();
    json.path("settings").properties().forEach(s -> settings.put(s.getKey(), s.getValue()));
    EvaluationEnd end =
        new EvaluationEnd(
            shards.ids().stream().map(PairId::parse).toList(),
            json.path(PAIRS_SHA256).asText(),
            Judgments.read(shards.folder()),
            shards.identity(),
            settings,
            JsonText.value(json.path("comparison"), Comparison.Settings.class));
    try (Shards.Journals<PairCurves> parts = new Shards.Journals<>(shards, PairCurves.CODEC);
        Journal<PairCurves> journal = Journal.open(lock, parts.settings(), PairCurves.CODEC)) {
      parts.copy(journal);
      return end.write(journal, lock.path());
    }
  }
}
