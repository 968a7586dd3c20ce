package io.lucerna.studies.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import io.lucerna.eval.RatioAggregate;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Estimate;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep.Method;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.ItemWork;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JsonText;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.ShardFolder;
import io.lucerna.studies.work.Shards;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Shards of patching studies: what they keep for the end, and how a whole is made from them. */
@Internal
public final class PatchShards {
  /** Whose shards these are. */
  public static final String COMMAND = "patch";

  /** The pairs of a shard. */
  private static final String PAIRS = "pairs.jsonl";

  private static final String PAIRS_SHA256 = "pairs_sha256";

  private static final String FLOOR_SHARE = "floor_share";
  private static final String FLOOR_CHANGE = "floor_change";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private PatchShards() {}

  /**
   * Keeps what the end of the whole needs, besides the outcomes.
   *
   * @param settings of the study
   * @param pairs all pairs
   * @param work their sweeps
   * @param shard which part
   * @param identity what was read, and what ran
   * @param lock of the folder
   * @throws IOException if it cannot be written
   */
  public static void keep(
      PatchSettings settings,
      List<ContrastPair> pairs,
      ItemWork<PairOutcome> work,
      Shard shard,
      Identity identity,
      FolderLock lock)
      throws IOException {
    int[] places = shard.places(work.items());
    AtomicFile.write(
        lock.path().resolve(PAIRS),
        out -> {
          for (int place : places) {
            out.write(ContrastPairs.line(pairs.get(place), Optional.empty()) + "\n");
          }
        });
    ObjectNode part = MAPPER.createObjectNode();
    part.put(PAIRS_SHA256, Hashes.sha256(lock.path().resolve(PAIRS)));
    ShardFolder.write(
        lock.path(),
        COMMAND,
        shard,
        work.items(),
        places,
        List.of(),
        identity,
        json(settings),
        part);
  }

  private static ObjectNode json(PatchSettings settings) {
    ObjectNode json = MAPPER.createObjectNode();
    json.setAll((ObjectNode) JsonText.tree(settings.fields()));
    switch (settings.floor()) {
      case Floor.Share share -> json.put(FLOOR_SHARE, share.share());
      case Floor.Absolute absolute -> json.put(FLOOR_CHANGE, absolute.change());
    }
    return json;
  }

  private static PatchSettings settings(JsonNode json) {
    SweepSettings.Builder sweep =
        SweepSettings.of(SweepKind.parse(json.path(SweepSettings.SWEEP).asText()))
            .directions(
                texts(json.path("directions")).stream()
                    .map(name -> Direction.valueOf(name.toUpperCase(Locale.ROOT)))
                    .toList())
            .side(SweepSettings.Side.parse(json.path("side").asText()))
            .heads(texts(json.path("heads")).stream().map(Head::parse).toList())
            .filler(json.path("filler").asText())
            .batch(json.path("batch").asInt())
            .methods(
                texts(json.path("methods")).stream()
                    .map(name -> method(name, json.path("plain").asBoolean()))
                    .toList())
            .check(json.path("check").asInt())
            .mechir(json.path("mechir").asBoolean())
            .seed(json.path("seed").asLong());
    if (json.has("layer")) {
      sweep.layer(json.path("layer").asInt());
    }
    PatchSettings settings =
        PatchSettings.of(sweep.build())
            .withFloor(
                json.has(FLOOR_SHARE)
                    ? new Floor.Share(json.path(FLOOR_SHARE).asDouble())
                    : new Floor.Absolute(json.path(FLOOR_CHANGE).asDouble()))
            .withRounds(json.path("rounds").asInt())
            .withHeadline(
                Arrays.stream(RatioAggregate.values())
                    .filter(a -> a.option().equals(json.path(PatchSettings.HEADLINE).asText()))
                    .findFirst()
                    .orElseThrow());
    return json.path("pool").asBoolean() ? settings.withPool() : settings;
  }

  private static Method method(String name, boolean plain) {
    return name.equals(Method.FAST.option())
        ? plain ? Method.PLAIN : Method.FAST
        : Estimate.parse(name);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /**
   * Makes the whole from its shards, in a folder that may hold some of it already.
   *
   * @param shards all of them
   * @param lock of the folder
   * @return notes for people, and what is wrong with the controls
   * @throws io.lucerna.studies.work.StudyException naming a shard that is not finished or whose
   *     pairs have changed, or if no pair counts
   * @throws IOException if a file cannot be read or written
   */
  public static PatchStudy.Outcome merge(Shards shards, FolderLock lock) throws IOException {
    PatchSettings settings = settings(shards.whole());
    List<ContrastPair> pairs = pairs(shards);
    PatchStudy study = new PatchStudy(settings, pairs, pairs);
    try (Shards.Journals<PairOutcome> parts = new Shards.Journals<>(shards, study.codec());
        Journal<PairOutcome> journal = Journal.open(lock, parts.settings(), study.codec())) {
      parts.copy(journal);
      lock.check();
      return study.write(journal, shards.identity(), lock.path());
    }
  }

  private static List<ContrastPair> pairs(Shards shards) throws IOException {
    List<Iterator<ContrastPair>> parts = new ArrayList<>();
    for (ShardFolder shard : shards.all()) {
      shard.requireUnchanged(PAIRS, shard.part().path(PAIRS_SHA256));
      parts.add(
          shard.own().isEmpty()
              ? List.<ContrastPair>of().iterator()
              : ContrastPairs.read(shard.path().resolve(PAIRS)).iterator());
    }
    List<ContrastPair> pairs = new ArrayList<>();
    for (int owner : shards.owners()) {
      pairs.add(parts.get(owner).next());
    }
    return pairs;
  }
}
