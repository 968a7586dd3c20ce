package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.config.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;

/**
 * The Hugging Face class that a folder's weights are used as, where {@code config.json} names
 * another, which the model was saved or started from, or names none.
 */
final class StatedClass {
  /** A head that makes labels, whatever the family. */
  private static final String CLASSIFIER = "(.*\\.)?(classifier|score)\\.(.*\\.)?weight";

  private StatedClass() {}

  /**
   * What a folder's weights are used as.
   *
   * <ul>
   *   <li>What sentence-transformers pools is the bare model, even if {@code config.json} says that
   *       it had the head of pre-training (all-mpnet-base-v2 says MPNetForMaskedLM).
   *   <li>A bare BERT with ColBERT's settings next to it is a ColBERT.
   *   <li>What an adapter was trained for counts, not what its base model was.
   * </ul>
   *
   * @param named the class in {@code config.json}
   */
  static String used(ModelFolder folder, String named) {
    String own = folder.adapter().isEmpty() ? named : adapted(folder, named);
    if (folder.pooled()) {
      return own.replaceFirst("For(MaskedLM|PreTraining)$", "Model");
    }
    boolean colbert = Files.isRegularFile(folder.modules().resolve("artifact.metadata"));
    return colbert && own.equals("BertModel") ? "HF_ColBERT" : own;
  }

  private static String adapted(ModelFolder folder, String named) {
    var adapter = folder.adapter().orElseThrow();
    String stem = named.replaceFirst("(For\\w+|Model)$", "");
    return switch (adapter.taskType()) {
      case "SEQ_CLS" -> stem + "ForSequenceClassification";
      case "CAUSAL_LM" -> stem + "ForCausalLM";
      case "SEQ_2_SEQ_LM" -> stem + "ForConditionalGeneration";
      case "FEATURE_EXTRACTION" -> stem + "Model";
      case "" -> adapter.baseClass().isEmpty() ? named : adapter.baseClass();
      default ->
          throw adapter.error(
              "task_type is "
                  + adapter.taskType()
                  + "; supported: SEQ_CLS, CAUSAL_LM, SEQ_2_SEQ_LM, FEATURE_EXTRACTION");
    };
  }

  /**
   * The class of a model whose {@code config.json} names none: as its family, its modules and its
   * tensors tell.
   */
  static String told(ModelFolder folder, Family family, Settings settings) {
    if (folder.pooled()) {
      return of(Task.VECTOR, family, settings, "modules.json pools");
    }
    if (folder.hasPart("SpladePooling")) {
      return of(Task.TERMS, family, settings, "modules.json pools weights of terms");
    }
    return names(folder).stream().anyMatch(name -> name.matches(CLASSIFIER))
        ? of(Task.LABELS, family, settings, "the weights have a classifier")
        : family.bare();
  }

  private static String of(Task task, Family family, Settings settings, String why) {
    return family.tasks().entrySet().stream()
        .filter(entry -> entry.getValue() == task)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                settings.error(
                    String.format(
                        Locale.ROOT,
                        "architectures is missing; %s, but of model_type %s there are only %s",
                        why,
                        family.type(),
                        String.join(", ", family.tasks().keySet().stream().sorted().toList()))));
  }

  /** What there is to see of a model that names neither its class nor its type. */
  static String seen(ModelFolder folder, Settings settings) {
    List<String> keys = new ArrayList<>();
    settings.json().fieldNames().forEachRemaining(keys::add);
    List<String> tensors = List.copyOf(names(folder));
    return String.format(
        Locale.ROOT,
        "the keys are %s; of %d tensors the first are %s",
        keys.isEmpty() ? "none" : String.join(", ", keys),
        tensors.size(),
        String.join(", ", tensors.subList(0, Math.min(3, tensors.size()))));
  }

  private static SortedSet<String> names(ModelFolder folder) {
    try (Checkpoint weights = folder.open()) {
      return weights.names();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
