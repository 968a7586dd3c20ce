package io.lucerna.plugin.commands;

import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.reranker.ModelCard;
import io.lucerna.studies.patch.StudyIdentity;
import io.lucerna.studies.ranking.HeadEffects;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.JournalSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a study stands on.
 *
 * @param card of the model
 * @param inputs names of topics and index
 * @param texts the passages as they are stored
 * @param cleaning what is done to them
 * @param first the first stage
 * @param candidates the same, with the queries
 */
record StudyProvenance(
    ModelCard card,
    RunInputs inputs,
    TextSource texts,
    CleaningChoice cleaning,
    Run first,
    List<Candidates> candidates) {

  /** What decides the scores, besides conditions and depth. */
  JournalSettings decisive() throws IOException {
    String run = inputs.run == null ? "BM25" : inputs.run;
    JournalSettings all = decisive(card);
    String from = run;
    if (!(texts instanceof Requests)) {
      String topics = String.valueOf(inputs.topics);
      put(all, "topics", Hashes.content(Outputs.topics(topics)), topics);
      from = String.valueOf(inputs.index == null ? inputs.corpus : inputs.index);
    }
    put(all, "texts", Hashes.content(texts.identity()), from);
    all.put("first stage", Hashes.sha256(first::write), run);
    // The queries too: another field of the same topics decides other scores.
    all.put(
        "queries",
        Hashes.sha256(out -> Candidates.writeQueries(candidates, out)),
        inputs.queries());
    all.put("cleaning", cleaning.cleaning().optionName());
    return all;
  }

  /** Adds an input's fields one by one, so that a message names the file of a folder. */
  private static void put(JournalSettings all, String input, Map<?, ?> fields, String from) {
    fields.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> inner) {
            put(all, input + " " + name, inner, from);
          } else {
            all.put(input + " " + name, String.valueOf(value), from);
          }
        });
  }

  /** What of a model decides its scores, and the program. */
  static JournalSettings decisive(ModelCard card) {
    JournalSettings all = new JournalSettings();
    all.put("model", card.sha256(), card.name());
    card.files().forEach((file, sha256) -> all.put("model file " + file, sha256, card.name()));
    all.put("scorer", card.scorer());
    all.put("maxLength", card.maxTokens());
    card.settings().forEach((name, value) -> all.put("model " + name, value));
    all.put("lucerna", String.valueOf(Versions.all().get("Lucerna")));
    return all;
  }

  /**
   * What {@code study.json} tells of the set-up.
   *
   * @param command its name and arguments, the output folder replaced by {@code DIR}
   * @param given more fields, on what was named
   * @param judgments the file
   * @param effects of heads in a patching study; null without
   */
  Map<String, Object> fields(
      List<String> command,
      Map<String, Object> given,
      Path judgments,
      @Nullable HeadEffects effects)
      throws IOException {
    Map<String, String> versions = Versions.all();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("lucerna", String.valueOf(versions.get("Lucerna")));
    fields.put("command", StudyIdentity.commandLine(command));
    Map<String, String> parts = new LinkedHashMap<>();
    for (String part : List.of("Java", "Lucene", "Anserini", "DJL", "PyTorch")) {
      parts.put(part.toLowerCase(Locale.ROOT), String.valueOf(versions.get(part)));
    }
    fields.put("versions", parts);
    Map<String, Object> ran = new LinkedHashMap<>();
    ran.put("name", card.name());
    ran.put("hash", card.sha256());
    ran.put("files", card.files());
    ran.put("layers", card.layers());
    ran.put("heads", card.heads());
    ran.put("width", card.width());
    ran.put("kind", card.scorer());
    ran.put("maxLength", card.maxTokens());
    fields.put("model", ran);
    fields.putAll(given);
    if (texts instanceof Requests) {
      fields.put("requests", texts.identity());
    } else {
      fields.put(inputs.index == null ? "corpus" : "index", texts.identity());
      fields.put("topics", Outputs.topics(String.valueOf(inputs.topics)));
    }
    fields.put("qrels", Hashes.of(judgments));
    fields.put("cleaning", cleaning.toString());
    Map<String, Object> stage = new LinkedHashMap<>();
    stage.put("tag", first.tag());
    stage.put("sha256", Hashes.sha256(first::write));
    fields.put("firstStage", stage);
    if (effects != null) {
      Map<String, Object> patched = new LinkedHashMap<>(Hashes.of(effects.file()));
      patched.put("direction", effects.direction());
      fields.put("patching", patched);
    }
    return fields;
  }
}
