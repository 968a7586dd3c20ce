package io.lucerna.reranker;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Given;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.family.Prompt;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Processor;
import io.lucerna.instrumentation.nn.TorchEngine;
import io.lucerna.reranker.input.InputForm;
import io.lucerna.reranker.input.InputForms;
import io.lucerna.reranker.input.ModelFiles;
import io.lucerna.reranker.input.PairTokenizer;
import io.lucerna.reranker.input.Prefixes;
import io.lucerna.reranker.input.ReferenceForm;
import io.lucerna.reranker.input.SentenceConfig;
import io.lucerna.reranker.input.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Opens rankers from Hugging Face model folders. */
public final class Rankers {
  private static final String SENTENCES = "config_sentence_transformers.json";

  /** How outputs become a score, and that in words. */
  private record Way(Reading.Scoring scoring, String words) {}

  private Rankers() {}

  /**
   * Opens the ranker in a folder: a classifier or a model that answers as a cross-encoder, a model
   * that gives vectors or term weights as a bi-encoder.
   *
   * <p>A folder that holds reference outputs (reference.json and reference.safetensors) is checked
   * against them, and refused where they differ.
   *
   * @param folder holds config.json, the weights, and the tokenizer; or names in modules.json where
   *     they are; or holds a LoRA adapter, whose base model must then be a local folder
   * @param name what reports call the model
   * @param options how it is loaded
   * @return the ranker, which the caller closes
   * @throws CheckpointException if the folder cannot be used; the message names the file and what
   *     is wrong
   * @throws IllegalArgumentException if an option does not fit this kind of model
   */
  public static Ranker open(Path folder, String name, ScorerOptions options) {
    return open(ModelFolder.of(Given.value(folder, "the model's folder")), name, options);
  }

  /**
   * Opens a ranker that comes on the class path, such as {@code minilm} of lucerna-minilm. Its
   * files are laid out below {@link EmbeddedModel#cache} the first time.
   *
   * @param name the model's name
   * @param options how it is loaded
   * @return the ranker, which the caller closes
   * @throws IOException if its files cannot be written
   * @throws IllegalArgumentException if there is none of that name, or an option does not fit
   */
  public static Ranker embedded(String name, ScorerOptions options) throws IOException {
    EmbeddedModel model =
        EmbeddedModel.named(Given.value(name, "the model's name"))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        name
                            + ": no such model on the class path; there: "
                            + EmbeddedModel.all().stream().map(EmbeddedModel::name).toList()));
    Path home = Path.of(System.getProperty("user.home", ""));
    return open(model.folder(EmbeddedModel.cache(System.getenv(), home)), name, options);
  }

  /**
   * Opens the ranker whose files are in these folders, as {@link #open(Path, String,
   * ScorerOptions)}.
   *
   * @param files where the model's files are
   * @param name what reports call the model
   * @param options how it is loaded
   * @return the ranker, which the caller closes
   * @throws CheckpointException if a file cannot be used; the message names it and what is wrong
   * @throws IllegalArgumentException if an option does not fit this kind of model
   */
  public static Ranker open(ModelFolder files, String name, ScorerOptions options) {
    Given.value(files, "the model's files");
    Given.value(name, "the model's name");
    Given.value(options, "the options");
    SentenceConfig sentence = SentenceConfig.read(files);
    Optional<Similarity> stated = similarity(files.modules());
    Architecture architecture = Architecture.read(files);
    if (architecture.task() == Task.TERMS) {
      requireDot(files.modules(), stated);
    }
    refuseWhatWouldBeIgnored(files.named(), architecture.task(), options);
    TorchEngine.begin();
    InputForm form =
        InputForms.of(files.named(), architecture, sentence, options.texts(), options.maxTokens());
    PairTokenizer unlimited =
        PairTokenizer.open(files.tokenizer(), form, Integer.MAX_VALUE, options.terms());
    try {
      return open(files, name, options, architecture, sentence, stated, form, unlimited);
    } catch (RuntimeException | Error e) {
      unlimited.close();
      throw e;
    }
  }

  /** The prompt in which a model reads its texts, with the words that answer it. */
  private static Optional<Prompt> asked(Architecture architecture, InputForm form) {
    return form instanceof InputForm.Prompt own
        ? architecture.prompt().map(usual -> usual.asking(own.text()))
        : architecture.prompt();
  }

  /** The words that the folder's reference.json names, else those of the prompt. */
  private static List<String> words(Path folder, Architecture architecture, InputForm form) {
    List<String> named = ReferenceForm.answers(folder);
    return named.isEmpty()
        ? asked(architecture, form).map(Prompt::answers).orElse(List.of())
        : named;
  }

  /** Answers that were asked for are wrong by themselves, all others by their model's folder. */
  private static List<Long> answers(
      PairTokenizer tokenizer, List<String> words, ScorerOptions options) {
    try {
      return tokenizer.ids(words);
    } catch (CheckpointException e) {
      if (options.answers().isPresent()) {
        throw new IllegalArgumentException("answers asked for: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private static Ranker open(
      ModelFolder files,
      String name,
      ScorerOptions options,
      Architecture architecture,
      SentenceConfig sentence,
      Optional<Similarity> stated,
      InputForm form,
      PairTokenizer unlimited) {
    Path folder = files.named();
    Task task = architecture.task();
    List<String> answers =
        task == Task.ANSWERS
            ? options.answers().orElseGet(() -> words(folder, architecture, form))
            : List.of();
    Processor processor = options.processor().orElseGet(Processor::best);
    OutputSettings output =
        OutputSettings.defaults()
            .withPooling(options.pooling().or(sentence::pooling).orElse(Pooling.MEAN))
            .withAnswers(answers(unlimited, answers, options))
            .withSkipped(unlimited.leftOut());
    HookedModel model = null;
    String sha256;
    Map<String, String> hashes = ModelFiles.hashes(files);
    try (Checkpoint checkpoint = files.open()) {
      // Hashing reads what opening reads, on a core that has nothing else to do.
      CompletableFuture<String> hash = CompletableFuture.supplyAsync(checkpoint::sha256);
      model = HookedModel.open(architecture, checkpoint, output, options.precision(), processor);
      sha256 = hash.join();
    } catch (CompletionException | IOException e) {
      if (model != null) {
        model.close();
      }
      throw new CheckpointException(folder + ": " + e.getMessage(), e);
    }
    try {
      unlimited.requireWithin(model.config().vocabulary());
      PairTokenizer tokenizer =
          unlimited.limitedTo(
              maxTokens(files, model.config(), sentence, options), options.truncation());
      Map<String, String> settings =
          settings(files, tokenizer, answers, output, processor, options);
      List<String> warnings = new ArrayList<>();
      Prefixes.warning(files.named(), name, task, form, options.texts()).ifPresent(warnings::add);
      if (task == Task.VECTOR && saysNothing(sentence, stated, options)) {
        warnings.add(assumption(name));
      }
      if (!warnings.isEmpty()) {
        settings.put("warning", String.join("; ", warnings));
      }
      if (options.asStated()) {
        ReferenceCheck.run(folder, model, tokenizer, output.pooling());
      }
      Way way =
          switch (task) {
            case LABELS, ANSWERS -> {
              Label label = label(folder, model, options.label(), asked(architecture, form));
              yield new Way(
                  new Reading.Scoring.Together(label),
                  "cross-encoder, " + words(answers, model, label));
            }
            case VECTOR -> {
              Similarity similarity =
                  options.similarity().or(() -> stated).orElse(Similarity.COSINE);
              String words =
                  String.format(
                      Locale.ROOT,
                      "bi-encoder, %s pooling, %s",
                      output.pooling().name().toLowerCase(Locale.ROOT),
                      similarity(similarity, sentence));
              yield new Way(
                  new Reading.Scoring.Apart(sentence.normalized() ? Similarity.COSINE : similarity),
                  words);
            }
            case TERMS ->
                new Way(
                    new Reading.Scoring.Apart(Similarity.DOT),
                    "bi-encoder, a weight per term (SPLADE, max pooling), dot");
            case TOKEN_VECTORS ->
                new Way(
                    new Reading.Scoring.Apart(new MaxSim(model.outputs())),
                    "late interaction (ColBERT), MaxSim of " + model.outputs() + " numbers");
          };
      ModelCard card =
          card(
              name,
              options.modelLabel().orElse(name),
              model,
              way.words(),
              tokenizer,
              sha256,
              settings,
              hashes);
      Reading reading = new Reading(model, tokenizer, way.scoring(), options.batchSize(), card);
      return way.scoring() instanceof Reading.Scoring.Together
          ? new CrossEncoder(reading)
          : new BiEncoder(reading);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private static void refuseWhatWouldBeIgnored(Path folder, Task task, ScorerOptions options) {
    boolean cross = task == Task.LABELS || task == Task.ANSWERS;
    if (cross && (options.pooling().isPresent() || options.similarity().isPresent())) {
      throw new IllegalArgumentException(
          folder + ": a cross-encoder has no pooling and no similarity to choose");
    }
    if (!cross && options.label().isPresent()) {
      throw new IllegalArgumentException(
          folder
              + ": a bi-encoder has no labels, so label "
              + options.label().get()
              + " cannot be chosen");
    }
    if (task != Task.ANSWERS && options.answers().isPresent()) {
      throw new IllegalArgumentException(
          folder + ": only a model that answers has answers to choose");
    }
    if (!cross
        && task != Task.VECTOR
        && (options.pooling().isPresent() || options.similarity().isPresent())) {
      throw new IllegalArgumentException(
          folder
              + ": only a model of one vector per text has a pooling and a similarity to choose");
    }
  }

  /** The folder's similarity; empty where it says nothing. */
  private static Optional<Similarity> similarity(Path folder) {
    Path file = folder.resolve(SENTENCES);
    JsonNode json = TokenizerFiles.json(file);
    if (!json.hasNonNull("similarity_fn_name")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Similarity.parse(json.get("similarity_fn_name").asText()));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  private static void requireDot(Path folder, Optional<Similarity> stated) {
    if (stated.isPresent() && stated.get() != Similarity.DOT) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: similarity_fn_name is %s, but weights of terms (SPLADE) are compared by dot only",
              folder.resolve(SENTENCES),
              stated.get().name().toLowerCase(Locale.ROOT)));
    }
  }

  /** Whether neither folder nor options say how a bi-encoder pools or compares. */
  private static boolean saysNothing(
      SentenceConfig sentence, Optional<Similarity> stated, ScorerOptions options) {
    return sentence.pooling().isEmpty()
        && stated.isEmpty()
        && options.pooling().isEmpty()
        && options.similarity().isEmpty();
  }

  private static String assumption(String name) {
    return name
        + " says neither how its vectors are pooled nor how they are compared (there is no Pooling"
        + " module and no similarity_fn_name), so mean pooling and cosine are assumed. Give"
        + " -pooling cls, -similarity dot or both if it was trained so, or -pooling mean if this is"
        + " meant";
  }

  private static String similarity(Similarity similarity, SentenceConfig sentence) {
    String name = similarity.name().toLowerCase(Locale.ROOT);
    return sentence.normalized() && similarity == Similarity.DOT
        ? name + " of normalised vectors"
        : name;
  }

  private static String words(List<String> words, HookedModel model, Label label) {
    if (!words.isEmpty()) {
      return label == Label.LOG_PROBABILITY
          ? String.format(
              Locale.ROOT, "log probability of %s against %s", words.get(1), words.get(0))
          : String.format(
              Locale.ROOT, "logits of %s and %s: %s", words.get(0), words.get(1), label);
    }
    if (model.outputs() == 1) {
      return "the only logit";
    }
    return label == Label.LOG_PROBABILITY ? "log probability of label 1 of 2" : "logit " + label;
  }

  private static Label label(
      Path folder, HookedModel model, Optional<Label> asked, Optional<Prompt> prompt) {
    if (model.outputs() == 1 && asked.isPresent() && asked.get() != Label.LAST) {
      throw new IllegalArgumentException(
          folder + ": the classifier has one label, so label " + asked.get() + " cannot be chosen");
    }
    Label usual = model.outputs() == 1 ? Label.LAST : Label.LOG_PROBABILITY;
    boolean yesAlone = model.task() == Task.ANSWERS && prompt.map(Prompt::yesAlone).orElse(false);
    return asked.orElse(yesAlone ? Label.LAST : usual);
  }

  private static int maxTokens(
      ModelFolder files, ModelConfig config, SentenceConfig sentence, ScorerOptions options) {
    if (options.maxTokens().isPresent()) {
      int asked = options.maxTokens().getAsInt();
      if (asked > config.maxPositions()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "max length %d is more than the %d positions of %s",
                asked,
                config.maxPositions(),
                files.named()));
      }
      return asked;
    }
    int own = Math.min(ScorerOptions.DEFAULT_MAX_TOKENS, config.maxPositions());
    OptionalInt limit =
        sentence.maxTokens().isPresent() ? sentence.maxTokens() : tokenizerLimit(files.tokenizer());
    return Math.min(own, limit.orElse(own));
  }

  private static OptionalInt tokenizerLimit(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    JsonNode limit = TokenizerFiles.json(file).path("model_max_length");
    // Hugging Face writes a huge number where a tokenizer has no limit.
    return limit.canConvertToInt() && limit.asInt() > 0
        ? OptionalInt.of(limit.asInt())
        : OptionalInt.empty();
  }

  private static Map<String, String> settings(
      ModelFolder files,
      PairTokenizer tokenizer,
      List<String> answers,
      OutputSettings output,
      Processor processor,
      ScorerOptions options) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("input", tokenizer.shape());
    files.adapter().ifPresent(adapter -> settings.put("adapter", "LoRA on " + adapter.base()));
    if (!answers.isEmpty()) {
      settings.put(
          "answers",
          String.format(
              Locale.ROOT,
              "%s (%d), %s (%d)",
              answers.get(0),
              output.answers().get(0),
              answers.get(1),
              output.answers().get(1)));
    }
    settings.put("precision", options.precision().name().toLowerCase(Locale.ROOT));
    settings.put("device", processor.option());
    settings.put("batch", Integer.toString(options.batchSize()));
    settings.put("truncation", tokenizer.truncation());
    return settings;
  }

  private static ModelCard card(
      String name,
      String label,
      HookedModel model,
      String scorer,
      PairTokenizer tokenizer,
      String sha256,
      Map<String, String> settings,
      Map<String, String> files) {
    ModelConfig config = model.config();
    return new ModelCard(
        name,
        label,
        config.architecture(),
        scorer,
        config.layers(),
        config.heads(),
        config.width(),
        model.parameters(),
        tokenizer.maxTokens(),
        sha256,
        settings,
        files);
  }
}
