package io.lucerna.studies.ranking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.Judgments;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.ShardFolder;
import io.lucerna.studies.work.Shards;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shards of studies: what they keep for the end, and how a whole is made from them. */
@Internal
public final class StudyShards {
  /** Whose shards these are. */
  public static final String COMMAND = "study";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<String> COPIED = List.of(StudyFolder.FIRST_STAGE, StudyProgress.FILE);

  private StudyShards() {}

  /** Keeps what the end of the whole needs, besides the scores. */
  static void keep(Study study, int[] places, Shard shard, StudyEnd end, FolderLock lock)
      throws IOException {
    Judgments.write(end.qrels(), lock.path());
    List<String> files = new ArrayList<>(COPIED);
    files.add(Judgments.FILE);
    ShardFolder.write(
        lock.path(),
        COMMAND,
        shard,
        study.items(),
        places,
        files,
        end.identity(),
        json(end),
        MAPPER.createObjectNode());
  }

  private static ObjectNode json(StudyEnd end) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("depth", end.reranked().depth());
    ArrayNode conditions = json.putArray("conditions");
    end.reranked().conditions().forEach(each -> conditions.add(ConditionJson.write(each)));
    ArrayNode effects = json.putArray("effects");
    end.effects().forEach((head, effect) -> effects.addArray().add(head.toString()).add(effect));
    StudySettings settings = end.settings();
    ArrayNode measures = json.putArray("measures");
    settings.measures().forEach(measure -> measures.add(measure.irName()));
    json.put("level", settings.level()).put("correction", settings.correction().toString());
    json.put("seed", settings.comparison().seed()).put("rounds", settings.comparison().rounds());
    json.put("margin", settings.comparison().margin());
    return json;
  }

  private static StudyEnd end(Shards shards) throws IOException {
    JsonNode json = shards.whole();
    Path folder = shards.folder();
    StudyProgress.Expected plan = StudyProgress.expected(folder.resolve(StudyProgress.FILE));
    Run first = Run.read(folder.resolve(StudyFolder.FIRST_STAGE));
    List<Ranking> rankings = new ArrayList<>();
    for (String topic : plan.places().topics()) {
      rankings.add(first.ranking(topic).orElseGet(() -> Ranking.of(topic, List.of())));
    }
    List<Condition> conditions = new ArrayList<>();
    json.path("conditions").forEach(each -> conditions.add(ConditionJson.read(each)));
    Map<Head, Double> effects = new LinkedHashMap<>();
    json.path("effects")
        .forEach(each -> effects.put(Head.parse(each.path(0).asText()), each.path(1).asDouble()));
    List<Measure> measures = new ArrayList<>();
    json.path("measures").forEach(name -> measures.add(Measure.parse(name.asText())));
    return new StudyEnd(
        new Reranked(
            conditions, plan.perItem(), plan.places(), rankings, json.path("depth").asInt()),
        shards.identity(),
        effects,
        Judgments.read(folder),
        new StudySettings(
            measures,
            json.path("level").asInt(),
            Correction.parse(json.path("correction").asText()),
            new Comparison.Settings(
                json.path("seed").asLong(),
                json.path("rounds").asInt(),
                json.path("margin").asDouble())));
  }

  /**
   * Makes the whole from its shards, in a folder that may hold some of it already.
   *
   * @param shards all of them
   * @param lock of the folder
   * @return what the conditions did to the rankings
   * @throws io.lucerna.studies.work.StudyException naming a shard that is not finished, or a file
   *     that was changed
   * @throws IOException if a file cannot be read or written
   */
  public static Findings merge(Shards shards, FolderLock lock) throws IOException {
    try (Shards.Journals<ItemScores> parts = new Shards.Journals<>(shards, ItemScores.CODEC);
        Journal<ItemScores> journal = Journal.open(lock, parts.settings(), ItemScores.CODEC)) {
      StudyEnd end = end(shards);
      shards.copy(COPIED, lock.path());
      parts.copy(journal);
      return end.write(journal, lock);
    }
  }
}
