package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A LoRA adapter's {@code adapter_config.json}, as PEFT writes it (Hu et al. 2022; rank-stabilised
 * scaling: Kalajdzievski 2023). What would change the weights in a way that is not done here is
 * refused by name.
 *
 * @param folder where it lies, with the adapter's weights
 * @param json its content
 */
public record AdapterConfig(Path folder, JsonNode json) {
  private static final String FILE = "adapter_config.json";
  private static final List<String> WEIGHTS =
      List.of("adapter_model.safetensors", "adapter_model.bin");

  /** Keys that are read here, or that only training or the first values of weights know. */
  private static final Set<String> KNOWN =
      Set.of(
          "peft_type",
          "base_model_name_or_path",
          "revision",
          "task_type",
          "auto_mapping",
          "r",
          "lora_alpha",
          "use_rslora",
          "rank_pattern",
          "alpha_pattern",
          "target_modules",
          "exclude_modules",
          "layers_to_transform",
          "layers_pattern",
          "modules_to_save",
          "fan_in_fan_out",
          "bias",
          "lora_bias",
          "init_lora_weights",
          "inference_mode",
          "lora_dropout",
          "peft_version",
          "megatron_core",
          "megatron_config",
          "loftq_config",
          "eva_config",
          "qalora_group_size",
          "velora_config",
          "ensure_weight_tying");

  /** Beginnings of adapters whose making changed the base model too, but not on disk. */
  private static final Set<String> PLAIN_BEGINNINGS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  /** Whether a folder is that of an adapter, with no whole model in it. */
  static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE))
        && (weights(folder).isPresent() || !Checkpoints.isIn(folder));
  }

  private static Optional<Path> weights(Path folder) {
    return WEIGHTS.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
  }

  /**
   * Reads the file of a folder.
   *
   * @throws CheckpointException if it is no JSON object, or asks for what is not done here
   */
  static AdapterConfig read(Path folder) {
    AdapterConfig config = new AdapterConfig(folder, JsonFiles.read(folder.resolve(FILE)));
    config.check();
    return config;
  }

  private void check() {
    if (!json.isObject()) {
      throw error("must be an object");
    }
    String type = json.path("peft_type").asText("nothing");
    if (!type.equals("LORA")) {
      throw error(
          "peft_type is "
              + type
              + "; only LORA can be merged here. With Python and peft, merge_and_unload() and "
              + "save_pretrained() make a whole model, if the kind allows it");
    }
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (!KNOWN.contains(entry.getKey()) && !isNothing(entry.getValue())) {
        throw error(entry.getKey() + " is " + entry.getValue() + ", which is not supported");
      }
    }
    String beginning = json.path("init_lora_weights").asText("true");
    if (!PLAIN_BEGINNINGS.contains(beginning)) {
      throw error(
          "init_lora_weights is "
              + beginning
              + ", which changes the base model's weights before the adapter is added; that is not"
              + " supported");
    }
    if (base().isEmpty()) {
      throw error("base_model_name_or_path must name the base model, got nothing");
    }
  }

  private static boolean isNothing(JsonNode value) {
    return value.isNull()
        || (value.isBoolean() && !value.asBoolean())
        || (value.isContainerNode() && value.isEmpty());
  }

  /** {@return the base model as the file names it: a folder, or {@code org/name} on the hub} */
  public String base() {
    return json.path("base_model_name_or_path").asText("");
  }

  /**
   * {@return which of the base model's versions on the hub is meant: a branch, a tag or a commit;
   * {@code main} if it is not said}
   */
  public String revision() {
    return json.path("revision").asText("").isEmpty() ? "main" : json.path("revision").asText();
  }

  /**
   * {@return what the model is for, as PEFT names it, such as {@code SEQ_CLS}; empty if it is not
   * said}
   */
  public String taskType() {
    return json.path("task_type").asText("");
  }

  /** {@return the base model's class as it was trained; empty if it is not said} */
  public String baseClass() {
    return json.path("auto_mapping").path("base_model_class").asText("");
  }

  /** The base model's folder, absolute, or relative to the adapter's or to the working folder. */
  Optional<Path> localBase() {
    try {
      Path base = Path.of(base());
      return List.of(folder.resolve(base), base).stream().filter(Files::isDirectory).findFirst();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** The adapter's weights; throws CheckpointException if there are none. */
  Path weights() {
    return weights(folder)
        .orElseThrow(
            () ->
                new CheckpointException(
                    folder + ": no adapter weights; looked for " + String.join(", ", WEIGHTS)));
  }

  /** The number of an update's inner dimensions, for a module. */
  int rank(String module) {
    JsonNode rank = pattern("rank_pattern", module).orElse(json.path("r"));
    if (!rank.canConvertToInt() || rank.asInt() < 1) {
      throw error("r must be a whole number of at least 1, got " + rank + " for " + module);
    }
    return rank.asInt();
  }

  /** What a module's update is multiplied by, in the precision of the weights. */
  float scale(String module) {
    JsonNode alpha = pattern("alpha_pattern", module).orElse(json.path("lora_alpha"));
    if (!alpha.isNumber()) {
      throw error("lora_alpha must be a number, got " + alpha + " for " + module);
    }
    int rank = rank(module);
    boolean root = json.path("use_rslora").asBoolean(false);
    return (float) (alpha.asDouble() / (root ? Math.sqrt(rank) : rank));
  }

  /** The value of the first key that the module's name, or an end of it, matches. */
  private Optional<JsonNode> pattern(String field, String module) {
    for (Map.Entry<String, JsonNode> entry : json.path(field).properties()) {
      if (compiled("(.*\\.)?(" + entry.getKey() + ")").matcher(module).matches()) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  /** Whether the file says that a module is one of those with an update. */
  boolean targets(String module) {
    JsonNode targets = json.path("target_modules");
    if (excluded(module)) {
      return false;
    }
    if (targets.isTextual()) {
      String text = targets.asText();
      return text.toLowerCase(Locale.ROOT).equals("all-linear")
          || compiled(text).matcher(module).matches();
    }
    return targets.isArray()
        && named(targets, module)
        && (texts("target_modules").contains(module) || inLayer(module));
  }

  private boolean excluded(String module) {
    JsonNode excluded = json.path("exclude_modules");
    return excluded.isTextual()
        ? compiled(excluded.asText()).matcher(module).matches()
        : named(excluded, module);
  }

  /** Whether a module's name is, or ends in, a name of an array. */
  private static boolean named(JsonNode names, String module) {
    for (JsonNode name : names) {
      if (module.equals(name.asText()) || module.endsWith("." + name.asText())) {
        return true;
      }
    }
    return false;
  }

  private boolean inLayer(String module) {
    JsonNode layers = json.path("layers_to_transform");
    if (isNothing(layers) || layers.isMissingNode()) {
      return true;
    }
    List<String> patterns = texts("layers_pattern");
    if (patterns.isEmpty()) {
      patterns = List.of("[^.]*");
    }
    for (String pattern : patterns) {
      var match = compiled("(?:|.*?\\.)" + pattern + "\\.(\\d+)\\..*").matcher(module);
      if (match.matches()) {
        int layer = Integer.parseInt(match.group(match.groupCount()));
        for (JsonNode wanted : layers.isArray() ? layers : List.of(layers)) {
          if (wanted.asInt(-1) == layer) {
            return true;
          }
        }
        return false;
      }
    }
    return false;
  }

  /** The texts of a field that is one or an array of them. */
  private List<String> texts(String field) {
    JsonNode value = json.path(field);
    List<String> texts = new ArrayList<>();
    if (value.isTextual() && !value.asText().isEmpty()) {
      texts.add(value.asText());
    }
    value.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** Whether a tensor belongs to a module that is stored whole, such as a classifier. */
  boolean saves(String tensor) {
    List<String> saved = new ArrayList<>(texts("modules_to_save"));
    saved.addAll(List.of("classifier", "score")); // of every classifier
    return saved.stream().anyMatch(name -> ("." + tensor).contains("." + name + "."));
  }

  private Pattern compiled(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw error("the pattern " + regex + " cannot be read: " + e.getDescription());
    }
  }

  /** The file. */
  Path file() {
    return folder.resolve(FILE);
  }

  /**
   * {@return an error in this file, for the caller to throw}
   *
   * @param what what is wrong, which follows the file's path
   */
  public CheckpointException error(String what) {
    return new CheckpointException(file() + ": " + what);
  }
}
