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
import io.lucerna.studies.patch.HeadEffects;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.JournalSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a study depends on.
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
  JournalSettings decisive(Identity identity) throws IOException {
    String run = inputs.run == null ? "BM25" : inputs.run;
    JournalSettings all = identity.decisive();
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

  /**
   * What is needed to make the study again.
   *
   * @param command its name and arguments, the output folder replaced by {@code DIR}
   * @param given more inputs, on what was named
   * @param judgments the file
   * @param effects of heads in a patching study; null without
   */
  Identity identity(
      List<String> command,
      Map<String, Object> given,
      Path judgments,
      @Nullable HeadEffects effects)
      throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>(given);
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
      patched.put("method", effects.method());
      patched.put("statistic", effects.statistic());
      effects.perturbation().ifPresent(of -> patched.put("perturbation", of));
      fields.put("patching", patched);
    }
    return new Identity(command, Versions.all(), card, fields);
  }
}
