package io.lucerna.instrumentation.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Fetches the folder of a model from a Hugging Face hub, in the cache that Python's huggingface_hub
 * shares: what either has fetched, the other uses.
 *
 * <p>Only what a ranker needs is fetched: configuration, tokenizer, sentence-transformers settings,
 * and the weights in one form. Safe for use from many threads.
 */
public final class HubClient {
  private static final String MODULES = "modules.json";

  private static final String ADAPTER = "adapter_config.json";

  /** Weights of an adapter, in the order of preference. */
  private static final List<String> ADAPTER_WEIGHTS =
      List.of("adapter_model.safetensors", "adapter_model.bin");

  /** Whole weights, or the index of their shards, in the order of preference; ONNX comes last. */
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private static final List<String> ONNX =
      List.of("onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx", "model_quantized.onnx");
  private static final List<String> ONNX_DATA = List.of(".data", "_data");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final JsonMapper JSON = new JsonMapper();

  private final HubSettings settings;
  private final HubProgress progress;
  private final HubHttp http;

  /**
   * Creates a client; nothing is asked yet.
   *
   * @param settings the hub's address, the cache's folder, and what may be asked
   * @param progress is told about downloads and waiting
   */
  public HubClient(HubSettings settings, HubProgress progress) {
    this(settings, progress, TIMEOUT, PAUSE);
  }

  HubClient(HubSettings settings, HubProgress progress, Duration timeout, Duration pause) {
    this.settings = settings;
    this.progress = progress;
    this.http = new HubHttp(settings, timeout, pause);
  }

  /**
   * {@return the folder of a model at a revision, fetched where it is not cached whole}
   *
   * <p>A whole cached snapshot is used as it is, without asking whether the branch has moved on.
   *
   * @param repoId such as {@code cross-encoder/ms-marco-MiniLM-L6-v2}
   * @param revision a branch, a tag, or a commit of 40 hex digits; {@code main} is usual
   * @throws NotCachedException if it is not cached whole, and the settings are offline
   * @throws HubException if it cannot be fetched; the message says why and what to do
   */
  public Path snapshot(String repoId, String revision) {
    requireName("model", repoId, "[\\w][\\w.-]*(/[\\w][\\w.-]*)?");
    requireName("revision", revision, "[\\w][\\w.-]*(/[\\w][\\w.-]*)*");
    HubCache cache = new HubCache(settings.cache(), repoId);
    try {
      Optional<String> cached = cache.commit(revision);
      if (cached.isPresent() && isWhole(cache, cached.get())) {
        return cache.snapshot(cached.get());
      }
      if (settings.offline()) {
        throw new NotCachedException(
            repoId
                + " at "
                + revision
                + " is not (or not completely) cached in "
                + settings.cache()
                + ", and HF_HUB_OFFLINE forbids downloading it: unset it once, or give a local "
                + "folder");
      }
      try (FolderLock lock = cache.lock(progress::waiting)) {
        Optional<String> meanwhile = cache.commit(revision);
        return meanwhile.isPresent() && isWhole(cache, meanwhile.get())
            ? cache.snapshot(meanwhile.get())
            : fetch(cache, repoId, revision);
      }
    } catch (IOException e) {
      throw new HubException(repoId + ": the cache in " + settings.cache() + " failed: " + e, e);
    }
  }

  private static void requireName(String what, String name, String form) {
    if (!name.matches(form) || name.contains("..")) {
      throw new HubException("\"" + name + "\" is not the name of a " + what + " on the hub");
    }
  }

  /** Whether all that the snapshot can offer is there; offline, all that a model must have. */
  private boolean isWhole(HubCache cache, String commit) throws IOException {
    Path folder = cache.snapshot(commit);
    if (!has(folder, MODULES) && !has(folder, "config.json") && !has(folder, ADAPTER)) {
      return false;
    }
    Path body = folder.resolve(body(folder));
    boolean hasModel = has(body, "config.json") && hasTokenizer(body) && hasWeights(body);
    boolean hasAdapter =
        has(body, ADAPTER) && ADAPTER_WEIGHTS.stream().anyMatch(file -> has(body, file));
    return (hasModel || hasAdapter)
        && (settings.offline()
            || settings(folder).stream()
                .allMatch(file -> has(folder, file) || cache.isKnownMissing(commit, file)));
  }

  /** One that cannot be read will do: whoever opens the folder says what to do about it. */
  private static boolean hasTokenizer(Path folder) {
    return has(folder, "tokenizer.json")
        || has(folder, "vocab.txt")
        || (has(folder, "vocab.json") && has(folder, "merges.txt"))
        || HubFiles.FOREIGN_TOKENIZERS.stream().anyMatch(file -> has(folder, file));
  }

  private static boolean has(Path folder, String file) {
    return Files.isRegularFile(folder.resolve(file));
  }

  private static boolean hasWeights(Path folder) throws IOException {
    for (String file : WEIGHTS) {
      if (has(folder, file)
          && (!isIndex(file)
              || shards(folder.resolve(file)).stream().allMatch(shard -> has(folder, shard)))) {
        return true;
      }
    }
    return ONNX.stream().anyMatch(file -> has(folder, file));
  }

  private static boolean isIndex(String file) {
    return file.endsWith(".index.json");
  }

  private Path fetch(HubCache cache, String repoId, String revision) throws IOException {
    URI listing =
        URI.create(settings.endpoint() + "/api/models/" + repoId + "/revision/" + encode(revision));
    JsonNode info = json(listing.toString(), http.get(listing));
    String commit = info.path("sha").asText();
    if (!HubCache.isCommit(commit)) {
      throw new HubException(listing + ": the answer names no commit: \"" + commit + "\"");
    }
    Set<String> siblings = siblings(listing, info);
    if (siblings.contains(MODULES)) {
      fetchFile(cache, repoId, commit, MODULES);
    }
    List<String> all = settings(cache.snapshot(commit));
    List<String> wanted = new ArrayList<>(all.stream().filter(siblings::contains).toList());
    wanted.addAll(weights(repoId, body(cache.snapshot(commit)), siblings));
    for (String file : wanted) {
      fetchFile(cache, repoId, commit, file);
    }
    for (String index : wanted.stream().filter(HubClient::isIndex).toList()) {
      String folder = index.substring(0, index.lastIndexOf('/') + 1);
      for (String shard : shards(cache.snapshot(commit).resolve(index))) {
        fetchFile(cache, repoId, commit, folder + shard);
      }
    }
    for (String file : all) {
      if (!siblings.contains(file)) {
        cache.rememberMissing(commit, file);
      }
    }
    cache.remember(revision, commit);
    return cache.snapshot(commit);
  }

  /** What is wanted besides the weights, as a snapshot's modules.json says where it is. */
  private static List<String> settings(Path snapshot) throws IOException {
    Set<String> files = new LinkedHashSet<>(HubFiles.names());
    for (JsonNode module : modules(snapshot)) {
      if (module.path("type").asText().endsWith("Pooling")) {
        files.add(below(module) + "config.json");
      }
    }
    String body = body(snapshot);
    HubFiles.BESIDE_WEIGHTS.forEach(file -> files.add(body + file));
    return List.copyOf(files);
  }

  /** Where the weights are: nothing, or the folder of the transformer with a slash. */
  private static String body(Path snapshot) throws IOException {
    for (JsonNode module : modules(snapshot)) {
      if (module.path("type").asText().matches("(.*\\.)?(MLM)?Transformer")) {
        return below(module);
      }
    }
    return "";
  }

  private static JsonNode modules(Path snapshot) throws IOException {
    Path file = snapshot.resolve(MODULES);
    return Files.isRegularFile(file)
        ? json(file.toString(), Files.readAllBytes(file))
        : JSON.createArrayNode();
  }

  private static String below(JsonNode module) {
    String path = module.path("path").asText();
    if (!path.isEmpty()) {
      requireInside(MODULES, path);
    }
    return path.isEmpty() ? "" : path + "/";
  }

  private static Set<String> siblings(URI listing, JsonNode info) {
    Set<String> siblings = new TreeSet<>();
    for (JsonNode sibling : info.path("siblings")) {
      String file = sibling.path("rfilename").asText();
      requireInside(listing.toString(), file);
      siblings.add(file);
    }
    return siblings;
  }

  private static void requireInside(String where, String file) {
    boolean climbs =
        Arrays.asList(file.split("/", -1)).stream().anyMatch(Set.of("", ".", "..")::contains);
    if (climbs || file.matches(".*[\\\\:\\p{Cntrl}].*")) {
      throw new HubException(
          where + ": names the file \"" + file + "\", which is not inside the model's folder");
    }
  }

  private List<String> weights(String repoId, String body, Set<String> siblings) {
    for (String name : ADAPTER_WEIGHTS) {
      if (siblings.contains(body + ADAPTER) && siblings.contains(body + name)) {
        return List.of(body + ADAPTER, body + name);
      }
    }
    for (String name : WEIGHTS) {
      if (siblings.contains(body + name)) {
        return List.of(body + name);
      }
    }
    for (String name : ONNX) {
      String file = body + name;
      if (siblings.contains(file)) {
        List<String> files = new ArrayList<>(List.of(file));
        ONNX_DATA.stream().map(end -> file + end).filter(siblings::contains).forEach(files::add);
        return files;
      }
    }
    throw new HubException(
        repoId
            + ": has no weights that can be read; looked for "
            + String.join(", ", WEIGHTS)
            + ", "
            + String.join(", ", ONNX));
  }

  private static Set<String> shards(Path index) throws IOException {
    Set<String> shards = new TreeSet<>();
    for (JsonNode shard : json(index.toString(), Files.readAllBytes(index)).path("weight_map")) {
      requireInside(index.toString(), shard.asText());
      shards.add(shard.asText());
    }
    return shards;
  }

  private static JsonNode json(String where, byte[] bytes) throws IOException {
    try {
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new HubException(where + ": is not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  private void fetchFile(HubCache cache, String repoId, String commit, String file)
      throws IOException {
    if (has(cache.snapshot(commit), file)) {
      return;
    }
    URI uri =
        URI.create(settings.endpoint() + "/" + repoId + "/resolve/" + commit + "/" + path(file));
    HubHttp.FileFacts facts = http.facts(uri);
    Path blob = cache.blob(facts.etag());
    if (!Files.exists(blob)) {
      Files.createDirectories(blob.resolveSibling(""));
      Path partial = blob.resolveSibling(facts.etag() + ".incomplete");
      http.download(uri, file, facts.size(), partial, progress);
      requireHash(uri, facts.etag(), partial);
      HubCache.move(partial, blob);
    }
    if (!has(cache.snapshot(commit), file)) {
      cache.link(commit, file, facts.etag());
    }
  }

  /** The ETag of a large file is its SHA-256; that of a small one says nothing to us. */
  private static void requireHash(URI uri, String etag, Path partial) throws IOException {
    if (!etag.matches("[0-9a-f]{64}")) {
      return;
    }
    String actual = sha256(partial);
    if (!actual.equals(etag)) {
      Files.delete(partial);
      throw new HubException(
          uri + ": wrong content: its SHA-256 is " + actual + ", the hub says " + etag);
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Sha256.of(in);
    }
  }

  private static String path(String file) {
    return String.join("/", Arrays.stream(file.split("/")).map(HubClient::encode).toList());
  }

  private static String encode(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
