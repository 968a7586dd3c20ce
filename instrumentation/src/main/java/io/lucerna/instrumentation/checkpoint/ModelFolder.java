package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the files of one model lie. Most models have all in one folder. Folders of
 * sentence-transformers may have the transformer in a folder of its own, which {@code modules.json}
 * names; an adapter's folder has little more than what was added to a base model elsewhere.
 *
 * @param named the folder that was asked for
 * @param modules that of {@code modules.json} and {@code config_sentence_transformers.json}
 * @param body that of {@code config.json} and the weights
 * @param tokenizer that of the tokenizer
 * @param parts the modules that {@code modules.json} names, in order; empty without that file
 * @param adapter what changes the weights; empty for most models
 */
public record ModelFolder(
    Path named,
    Path modules,
    Path body,
    Path tokenizer,
    List<Part> parts,
    Optional<AdapterConfig> adapter) {

  private static final String MODULES = "modules.json";

  /**
   * A module of sentence-transformers.
   *
   * @param type its class, such as {@code sentence_transformers.models.Pooling}
   * @param folder where its files lie
   */
  public record Part(String type, Path folder) {
    /** {@return the class without its package} */
    public String kind() {
      return type.substring(type.lastIndexOf('.') + 1);
    }
  }

  /** Gets the folder of a base model that no local folder is. */
  @FunctionalInterface
  public interface Fetch {
    /**
     * {@return the base model's folder, which exists}
     *
     * @param adapter which names the base
     * @throws CheckpointException if there is none; the message names it
     */
    Path folder(AdapterConfig adapter);
  }

  /** Copies the list. */
  public ModelFolder {
    parts = List.copyOf(parts);
  }

  /**
   * Finds a model's files. An adapter's base model must be a local folder.
   *
   * @param folder the folder that was asked for
   * @return where the files are; that they exist is found out when they are read
   * @throws CheckpointException if {@code modules.json} or {@code adapter_config.json} cannot be
   *     used, or the base model is not there
   */
  public static ModelFolder of(Path folder) {
    return of(folder, ModelFolder::missing);
  }

  /**
   * Finds a model's files.
   *
   * @param folder the folder that was asked for
   * @param fetch gets an adapter's base model where it is no local folder
   * @return where the files are; that they exist is found out when they are read
   * @throws CheckpointException if {@code modules.json} or {@code adapter_config.json} cannot be
   *     used, or the base model is not there
   */
  public static ModelFolder of(Path folder, Fetch fetch) {
    ModelFolder own = plain(folder);
    if (!AdapterConfig.isIn(own.body)) {
      return own;
    }
    AdapterConfig adapter = AdapterConfig.read(own.body);
    Path found = adapter.localBase().orElseGet(() -> fetch.folder(adapter));
    ModelFolder base = plain(found);
    if (AdapterConfig.isIn(base.body)) {
      throw adapter.error("the base model " + found + " is an adapter itself; merge it first");
    }
    boolean sentences = !own.parts.isEmpty();
    return new ModelFolder(
        folder,
        sentences ? folder : base.modules,
        base.body,
        hasTokenizer(own.body) ? own.body : base.tokenizer,
        sentences ? own.parts : base.parts,
        Optional.of(adapter));
  }

  private static Path missing(AdapterConfig adapter) {
    throw adapter.error(
        "the base model "
            + adapter.base()
            + " is not a folder here; fetch it, and name its folder, absolute or relative to this"
            + " file's, as base_model_name_or_path");
  }

  private static boolean hasTokenizer(Path folder) {
    return List.of("tokenizer.json", "vocab.txt", "vocab.json").stream()
        .anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /** A folder as if it had no adapter. */
  private static ModelFolder plain(Path folder) {
    List<Part> parts = parts(folder);
    Path body =
        parts.stream()
            .filter(
                part -> part.kind().equals("Transformer") || part.kind().equals("MLMTransformer"))
            .map(Part::folder)
            .findFirst()
            .orElse(folder);
    return new ModelFolder(folder, folder, body, body, parts, Optional.empty());
  }

  private static List<Part> parts(Path folder) {
    Path file = folder.resolve(MODULES);
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    JsonNode json = JsonFiles.read(file);
    if (!json.isArray() || json.isEmpty()) {
      throw new CheckpointException(file + ": must be a non-empty list of modules");
    }
    List<Part> parts = new ArrayList<>();
    for (JsonNode module : json) {
      parts.add(
          new Part(module.path("type").asText(), below(folder, module.path("path").asText())));
    }
    return parts;
  }

  /** A module's folder: the model's, or one below it. */
  private static Path below(Path folder, String path) {
    try {
      Path found = path.isEmpty() ? folder : folder.resolve(path);
      if (found.toAbsolutePath().normalize().startsWith(folder.toAbsolutePath().normalize())) {
        return found;
      }
    } catch (InvalidPathException e) {
      // Refused below with the others.
    }
    throw new CheckpointException(
        folder.resolve(MODULES)
            + ": the path \""
            + path
            + "\" of a module is not inside the model's folder");
  }

  /** {@return whether sentence-transformers pools the tokens' vectors to one} */
  public boolean pooled() {
    return hasPart("Pooling")
        || (parts.isEmpty()
            && Files.isRegularFile(modules.resolve("1_Pooling").resolve("config.json")));
  }

  /**
   * {@return whether {@code modules.json} names a module of this kind}
   *
   * @param kind the class without its package, such as {@code Dense}
   */
  public boolean hasPart(String kind) {
    return parts.stream().anyMatch(part -> part.kind().equals(kind));
  }

  /**
   * {@return a file of the transformer: the adapter's own, if it has one, else that next to the
   * weights}
   *
   * @param name the file's name, such as {@code config.json}
   */
  public Path file(String name) {
    return adapter
        .map(config -> config.folder().resolve(name))
        .filter(Files::isRegularFile)
        .orElse(body.resolve(name));
  }

  /**
   * Opens the weights, an adapter's merged into those of its base.
   *
   * @return the weights, which the caller closes
   * @throws CheckpointException as {@link Checkpoints#open}, or if the adapter does not fit its
   *     base
   */
  public Checkpoint open() {
    Checkpoint base = Checkpoints.open(body);
    return adapter.isEmpty() ? base : LoraCheckpoint.open(base, adapter.get());
  }
}
