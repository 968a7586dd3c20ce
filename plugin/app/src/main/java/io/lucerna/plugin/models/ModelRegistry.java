package io.lucerna.plugin.models;

import io.lucerna.instrumentation.checkpoint.AdapterConfig;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.hub.HubClient;
import io.lucerna.instrumentation.hub.HubException;
import io.lucerna.instrumentation.hub.HubSettings;
import io.lucerna.minilm.Minilm;
import io.lucerna.plugin.cli.Console;
import io.lucerna.reranker.EmbeddedModel;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds models by the names that users give them. */
public class ModelRegistry {
  /** The model that is meant where none is named. */
  public static final String DEFAULT = Minilm.NAME;

  private static final String HUB_FOLDER = "models--";
  private static final String HUB_NAME = "[\\w][\\w.-]*/[\\w][\\w.-]*";

  private final Map<String, String> environment;
  private final Path home;

  public ModelRegistry() {
    this(System.getenv(), Path.of(System.getProperty("user.home", "")));
  }

  /** Looks for caches where these variables and this home folder say. */
  public ModelRegistry(Map<String, String> environment, Path home) {
    this.environment = environment;
    this.home = home;
  }

  /** The same registry, but for downloads: what the hub's cache does not hold is not there. */
  public ModelRegistry offline() {
    Map<String, String> variables = new HashMap<>(environment);
    variables.put("HF_HUB_OFFLINE", "1");
    return new ModelRegistry(variables, home);
  }

  /**
   * Opens a ranker.
   *
   * @param name {@code minilm} or another embedded model, a folder, or {@code org/name} on the hub,
   *     which is fetched if it is not cached
   * @param console told how a download progresses
   * @throws CheckpointException if nothing of that name exists
   */
  public Ranker open(String name, ScorerOptions options, Console console) throws IOException {
    return ranker(name, options, console);
  }

  /** Opens a ranker to be looked into, as {@link #open} does. */
  public Ranker ranker(String name, ScorerOptions options, Console console) throws IOException {
    Ranker ranker = Rankers.open(files(name, console), name, options);
    String warning = ranker.card().settings().get("warning");
    if (warning != null) {
      console.say("warning: %s", warning);
    }
    return ranker;
  }

  /** Where a model's files are, fetched if need be: those of an adapter's base model too. */
  public final ModelFolder files(String name, Console console) throws IOException {
    try {
      return ModelFolder.of(folder(name, console), adapter -> base(adapter, console));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Path base(AdapterConfig adapter, Console console) {
    if (!adapter.base().matches(HUB_NAME)) {
      throw adapter.error(
          "the base model "
              + adapter.base()
              + " is neither a folder here nor org/name on the hub; change base_model_name_or_path"
              + " to a folder, absolute or relative to this file's");
    }
    console.say("base model %s", adapter.base());
    try {
      return fetched(adapter.base(), adapter.revision(), console);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (HubException e) {
      CheckpointException error =
          adapter.error(
              "the base model "
                  + adapter.base()
                  + " cannot be opened: "
                  + e.getMessage()
                  + "; if it is in a folder, base_model_name_or_path may name that");
      error.initCause(e);
      throw error;
    }
  }

  /** The folder of a model, fetched if need be. */
  Path folder(String name, Console console) throws IOException {
    Optional<EmbeddedModel> embedded = EmbeddedModel.named(name);
    if (embedded.isPresent()) {
      return embedded.get().folder(cache(), message -> console.say("%s", message));
    }
    Path folder = Path.of(name);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    if (name.matches(HUB_NAME)) {
      return fetched(name, "main", console);
    }
    throw new CheckpointException(
        name
            + ": no such model; name "
            + String.join(", ", EmbeddedModel.all().stream().map(EmbeddedModel::name).toList())
            + ", an existing Hugging Face folder, or org/name on the hub");
  }

  private Path fetched(String name, String revision, Console console) throws IOException {
    try (DownloadProgress progress = new DownloadProgress(console)) {
      return new HubClient(hub(), progress).snapshot(name, revision);
    }
  }

  private HubSettings hub() {
    return HubSettings.from(environment, home);
  }

  /**
   * Where a model's certificate is stored by default; the folder is created.
   *
   * @param sha256 the hash of the weights
   * @param config the model's config.json, since the same weights may be of several models
   */
  public Path certificate(String sha256, String config) throws IOException {
    Path folder = Files.createDirectories(cache().resolve("certificates"));
    String both = Hashes.sha256(out -> out.write(sha256 + config));
    return folder.resolve(both.substring(0, 16) + ".json");
  }

  /** The folder below which caches are kept. */
  Path cache() {
    return EmbeddedModel.cache(environment, home);
  }

  /** The names of what is on this machine: embedded models, and what the hub's cache has any of. */
  public List<String> known() throws IOException {
    List<String> names = new ArrayList<>();
    EmbeddedModel.all().forEach(model -> names.add(model.name()));
    Path hub = hub().cache();
    if (Files.isDirectory(hub)) {
      try (Stream<Path> folders = Files.list(hub)) {
        folders
            .map(folder -> String.valueOf(folder.getFileName()))
            .filter(folder -> folder.startsWith(HUB_FOLDER))
            .map(folder -> folder.substring(HUB_FOLDER.length()).replace("--", "/"))
            .sorted()
            .forEach(names::add);
      }
    }
    return names;
  }
}
