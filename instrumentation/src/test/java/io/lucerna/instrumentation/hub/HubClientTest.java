package io.lucerna.instrumentation.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubClientTest {
  private static final String REPO = "org/tiny";
  private static final String WEIGHTS = "model.safetensors";
  private static final String WEIGHTS_PATH = "/org/tiny/resolve/" + FakeHub.COMMIT + "/" + WEIGHTS;

  @TempDir Path cache;
  private FakeHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = new FakeHub();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private HubClient client(@Nullable String token, boolean offline) {
    return new HubClient(
        new HubSettings(hub.endpoint(), cache, token, offline),
        (file, bytes, total) -> hub.arrived(file, bytes),
        Duration.ofSeconds(5),
        Duration.ofMillis(1));
  }

  private Path fetch() {
    return client(null, false).snapshot(REPO, "main");
  }

  private String failure(HubClient client) {
    return String.valueOf(
        assertThrows(HubException.class, () -> client.snapshot(REPO, "main")).getMessage());
  }

  private static void assertHolds(String message, String part) {
    assertTrue(message.contains(part), () -> "\"" + message + "\" should hold \"" + part + "\"");
  }

  private byte[] served(String file) {
    return Objects.requireNonNull(hub.files.get(file));
  }

  private static Set<String> filesIn(Path folder) throws IOException {
    try (var found = Files.walk(folder)) {
      return found
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .collect(Collectors.toSet());
    }
  }

  private void assertWeightsWhole(Path snapshot) throws IOException {
    assertArrayEquals(served(WEIGHTS), Files.readAllBytes(snapshot.resolve(WEIGHTS)));
  }

  @Test
  void fetchesWhatIsNeededInTheSharedLayout() throws IOException {
    hub.files.put("modules.json", "[]".getBytes(StandardCharsets.UTF_8));
    hub.files.put("1_Pooling/config.json", "{}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("onnx/model.onnx", new byte[9]);
    Path snapshot = fetch();
    Path model = cache.resolve("models--org--tiny");
    assertEquals(model.resolve("snapshots").resolve(FakeHub.COMMIT), snapshot);
    assertEquals(
        Set.of("config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json", WEIGHTS),
        filesIn(snapshot));
    assertWeightsWhole(snapshot);
    assertEquals(FakeHub.COMMIT, Files.readString(model.resolve("refs/main")));
    assertEquals(
        Path.of("../../blobs", FakeHub.sha256(served(WEIGHTS))),
        Files.readSymbolicLink(snapshot.resolve(WEIGHTS)));
    assertTrue(Files.isSymbolicLink(snapshot.resolve("1_Pooling/config.json")));
    assertTrue(Files.exists(model.resolve(".no_exist/" + FakeHub.COMMIT + "/vocab.txt")));
    assertTrue(
        filesIn(model.resolve("blobs")).stream().noneMatch(name -> name.endsWith(".incomplete")));
  }

  /** As sentence-transformers stored models before version 0.4. */
  @Test
  void fetchesTheFoldersThatModulesJsonNames() throws IOException {
    hub.files.put(
        "modules.json",
        ("[{\"type\": \"sentence_transformers.models.Transformer\", \"path\": \"0_Transformer\"},"
                + "{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"my_pooling\"}]")
            .getBytes(StandardCharsets.UTF_8));
    Set<String> wanted =
        Set.of(
            "modules.json",
            "0_Transformer/config.json",
            "0_Transformer/tokenizer.json",
            "0_Transformer/" + WEIGHTS,
            "my_pooling/config.json");
    for (String file : wanted) {
      hub.files.putIfAbsent(file, new byte[] {'{', '}'});
    }
    hub.files.keySet().removeAll(Set.of("config.json", "tokenizer.json", WEIGHTS));
    Path snapshot = fetch();
    assertEquals(wanted, filesIn(snapshot));
    hub.requests.clear();
    assertEquals(snapshot, fetch());
    assertEquals(List.of(), hub.requests);
  }

  /** A file that is left out would make another model of it than the whole folder is. */
  @Test
  void fetchesEveryFileThatIsReadOfAFolder() throws IOException {
    hub.files.put("modules.json", "[]".getBytes(StandardCharsets.UTF_8));
    for (String file : HubFiles.names()) {
      hub.files.putIfAbsent(file, new byte[] {'{', '}'});
    }
    Set<String> wanted = new HashSet<>(HubFiles.names());
    wanted.add(WEIGHTS);
    assertTrue(wanted.containsAll(Set.of("artifact.metadata", "added_tokens.json", "merges.txt")));
    assertEquals(wanted, filesIn(fetch()));
  }

  /** One that cannot be read too: the error that says how to make one names the snapshot. */
  @ParameterizedTest
  @ValueSource(strings = {"vocab.txt", "vocab.json,merges.txt", "spiece.model", "tekken.json"})
  void aSnapshotIsWholeWithAnyTokenizer(String tokenizer) {
    hub.files.remove("tokenizer.json");
    for (String file : tokenizer.split(",", -1)) {
      hub.files.put(file, new byte[1]);
    }
    Path snapshot = fetch();
    hub.requests.clear();
    assertEquals(snapshot, fetch());
    assertEquals(snapshot, client(null, true).snapshot(REPO, "main"));
    assertEquals(List.of(), hub.requests);
  }

  @Test
  void fetchesAnAdapterWithoutItsBase() throws IOException {
    hub.files.clear();
    hub.files.put("adapter_config.json", new byte[] {'{', '}'});
    hub.files.put("adapter_model.bin", new byte[] {1});
    hub.files.put("README.md", new byte[] {1});
    Path snapshot = fetch();
    assertEquals(Set.of("adapter_config.json", "adapter_model.bin"), filesIn(snapshot));
    hub.requests.clear();
    assertEquals(snapshot, fetch());
    assertEquals(snapshot, client(null, true).snapshot(REPO, "main"));
    assertEquals(List.of(), hub.requests);
  }

  @Test
  void aWholeSnapshotNeedsNoNetwork() {
    Path snapshot = fetch();
    hub.requests.clear();
    assertEquals(snapshot, fetch());
    assertEquals(snapshot, client(null, true).snapshot(REPO, "main"));
    assertEquals(snapshot, client(null, true).snapshot(REPO, FakeHub.COMMIT));
    assertEquals(List.of(), hub.requests);
  }

  @Test
  void whatIsCachedAlreadyIsNotFetchedAgain() throws IOException {
    Path snapshot = fetch();
    Files.delete(snapshot.resolve("tokenizer.json"));
    Files.delete(cache.resolve("models--org--tiny/refs/main"));
    hub.requests.clear();
    fetch();
    assertTrue(hub.requests.stream().noneMatch(request -> request.contains(WEIGHTS)));
    assertTrue(Files.exists(snapshot.resolve("tokenizer.json")));
  }

  @Test
  void fetchesTheShardsOfAnIndex() throws IOException {
    hub.files.remove(WEIGHTS);
    hub.files.put(
        "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"a.safetensors\",\"b\":\"b.safetensors\"}}"
            .getBytes(StandardCharsets.UTF_8));
    hub.files.put("a.safetensors", new byte[5]);
    hub.files.put("b.safetensors", new byte[6]);
    assertEquals(6, Files.size(fetch().resolve("b.safetensors")));
  }

  @Test
  void fetchesPyTorchWeightsWhereThereIsNoSafetensors() throws IOException {
    hub.files.remove(WEIGHTS);
    hub.files.put("onnx/model.onnx", new byte[5]);
    hub.files.put(
        "pytorch_model.bin.index.json",
        "{\"weight_map\":{\"a\":\"a.bin\"}}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("a.bin", new byte[6]);
    assertEquals(
        Set.of("config.json", "tokenizer.json", "pytorch_model.bin.index.json", "a.bin"),
        filesIn(fetch()));
    hub.requests.clear();
    fetch();
    assertTrue(hub.requests.stream().noneMatch(request -> request.contains(".bin")));
  }

  @Test
  void fetchesOnnxWithItsDataWhereThereIsNothingElse() throws IOException {
    hub.files.remove(WEIGHTS);
    hub.files.put("onnx/model.onnx", new byte[5]);
    hub.files.put("onnx/model.onnx.data", new byte[6]);
    hub.files.put("onnx/model_quantized.onnx", new byte[7]);
    assertEquals(
        Set.of("config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model.onnx.data"),
        filesIn(fetch()));
  }

  @Test
  void fetchesQuantisedOnnxLast() throws IOException {
    hub.files.remove(WEIGHTS);
    hub.files.put("onnx/model_quantized.onnx", new byte[7]);
    assertEquals(
        Set.of("config.json", "tokenizer.json", "onnx/model_quantized.onnx"), filesIn(fetch()));
  }

  @Test
  void aBrokenDownloadGoesOnWhereItStopped() throws IOException {
    hub.breaks.put(WEIGHTS, 2);
    assertWeightsWhole(fetch());
    int size = served(WEIGHTS).length;
    assertEquals(
        List.of(
            "GET " + WEIGHTS_PATH,
            "GET " + WEIGHTS_PATH + " bytes=" + size / 2 + "-",
            "GET " + WEIGHTS_PATH + " bytes=" + (size / 2 + size / 4) + "-"),
        hub.requests.stream()
            .filter(request -> request.startsWith("GET " + WEIGHTS_PATH))
            .toList());
  }

  @Test
  void aDownloadThatKeepsBreakingFailsAndCanBeTakenUpLater() throws IOException {
    hub.breaks.put(WEIGHTS, 5);
    String message = failure(client(null, false));
    assertHolds(message, "failed 5 times, the last time:");
    assertHolds(message, "HF_HUB_OFFLINE=1");
    assertFalse(Files.exists(cache.resolve("models--org--tiny/refs/main")));
    hub.requests.clear();
    assertWeightsWhole(fetch());
    assertTrue(hub.requests.stream().anyMatch(request -> request.contains(WEIGHTS + " bytes=")));
  }

  @Test
  void aDownloadThatStallsIsTakenUpAgain() throws IOException {
    hub.stalls.put(WEIGHTS, 1);
    HubSettings settings = new HubSettings(hub.endpoint(), cache, null, false);
    HubClient impatient =
        new HubClient(settings, HubProgress.NONE, Duration.ofMillis(700), Duration.ofMillis(1));
    assertWeightsWhole(impatient.snapshot(REPO, "main"));
    assertTrue(hub.requests.stream().anyMatch(request -> request.contains(WEIGHTS + " bytes=")));
  }

  @Test
  void refusesAWrongSizeAndAWrongHash() throws IOException {
    long size = served(WEIGHTS).length;
    hub.sizes.put(WEIGHTS, size - 10);
    assertHolds(failure(client(null, false)), "wrong size: the hub says " + (size - 10) + " bytes");
    hub.sizes.put(WEIGHTS, size + 10);
    assertHolds(failure(client(null, false)), "failed 5 times");
    hub.sizes.clear();
    String wrong = "0".repeat(64);
    hub.hashes.put(WEIGHTS, wrong);
    assertHolds(failure(client(null, false)), "the hub says " + wrong);
    assertFalse(Files.exists(cache.resolve("models--org--tiny/blobs").resolve(wrong)));
    hub.hashes.clear();
    assertWeightsWhole(fetch());
  }

  @Test
  void theTokenStaysWithTheHub() throws IOException {
    hub.token = "secret";
    hub.redirect = true;
    assertWeightsWhole(client("secret", false).snapshot(REPO, "main"));
    assertTrue(hub.requests.contains("STORE GET /" + WEIGHTS));
    assertEquals(List.of(), hub.leaked);
  }

  @Test
  void aRedirectedDownloadResumesToo() throws IOException {
    hub.redirect = true;
    hub.breaks.put(WEIGHTS, 1);
    assertWeightsWhole(fetch());
    // What had arrived when the connection broke is up to the network; some of it must be kept.
    assertTrue(
        hub.requests.stream()
            .anyMatch(request -> request.matches("STORE GET /" + WEIGHTS + " bytes=[1-9]\\d*-")),
        hub.requests.toString());
  }

  @Test
  void refusalsSayWhatToDo() {
    hub.token = "secret";
    assertHolds(failure(client(null, false)), "(401)");
    assertHolds(failure(client(null, false)), "set HF_TOKEN to a token that may read it");
    String message = failure(client("wrong", false));
    assertHolds(message, "the token in HF_TOKEN may not read it");
    assertFalse(message.contains("wrong"), message);
    hub.status = 403;
    assertHolds(failure(client("secret", false)), "(403)");
    hub.status = 404;
    assertHolds(failure(client("secret", false)), "not found (404): check the model's name");
    hub.status = 503;
    assertHolds(failure(client("secret", false)), "the answer was 503");
  }

  @Test
  void offlineWithoutACacheSaysWhatToDo() {
    HubClient offline = client(null, true);
    assertThrows(NotCachedException.class, () -> offline.snapshot(REPO, "main"));
    String message = failure(offline);
    assertHolds(message, "org/tiny at main is not (or not completely) cached in " + cache);
    assertHolds(message, "HF_HUB_OFFLINE");
    assertEquals(List.of(), hub.requests);
  }

  @Test
  void anUnreachableHubSaysWhatToDo() {
    HubClient client = client(null, false);
    hub.close();
    assertHolds(failure(client), "HF_HUB_OFFLINE=1");
  }

  @Test
  void refusesPathsThatClimb() {
    for (String path : List.of("../evil", "a/../../evil", "/etc/evil", "a//b", "c:\\\\evil")) {
      hub.files.put(path, new byte[1]);
      assertHolds(failure(client(null, false)), "not inside the model's folder");
      hub.files.remove(path);
    }
    hub.files.remove(WEIGHTS);
    hub.files.put(
        "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"../../../evil\"}}".getBytes(StandardCharsets.UTF_8));
    assertHolds(failure(client(null, false)), "not inside the model's folder");
    for (String repo : List.of("../evil", "a/b/c", "a/..", "", "a b")) {
      assertThrows(HubException.class, () -> client(null, false).snapshot(repo, "main"));
    }
    assertThrows(HubException.class, () -> client(null, false).snapshot(REPO, "../../x"));
  }

  @Test
  void aModelWithoutReadableWeightsNamesWhatItLookedFor() {
    hub.files.remove(WEIGHTS);
    hub.files.put("tf_model.h5", new byte[1]);
    assertHolds(
        failure(client(null, false)),
        "looked for model.safetensors, model.safetensors.index.json, pytorch_model.bin,"
            + " pytorch_model.bin.index.json, onnx/model.onnx, model.onnx,"
            + " onnx/model_quantized.onnx, model_quantized.onnx");
  }

  @Test
  void threadsShareOneDownload() throws Exception {
    List<Future<Path>> results = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      Callable<Path> task = this::fetch;
      for (int i = 0; i < 4; i++) {
        results.add(threads.submit(task));
      }
    }
    for (Future<Path> result : results) {
      assertWeightsWhole(result.get());
    }
    assertEquals(
        1, hub.requests.stream().filter(request -> request.equals("GET " + WEIGHTS_PATH)).count());
  }

  @Test
  void tellsHowTheDownloadGoesOn() {
    List<Long> seen = new ArrayList<>();
    HubProgress progress =
        (file, bytes, total) -> {
          if (file.equals(WEIGHTS)) {
            seen.add(bytes);
            assertEquals(served(WEIGHTS).length, total);
          }
        };
    new HubClient(new HubSettings(hub.endpoint(), cache, null, false), progress)
        .snapshot(REPO, "main");
    assertEquals(0, seen.get(0));
    assertEquals(served(WEIGHTS).length, seen.get(seen.size() - 1));
    assertEquals(seen.stream().sorted().toList(), seen);
  }

  @Test
  void settingsComeFromTheEnvironment() throws IOException {
    Path home = cache.resolve("home");
    HubSettings plain = HubSettings.from(Map.of(), home);
    assertEquals(URI.create("https://huggingface.co"), plain.endpoint());
    assertEquals(home.resolve(".cache/huggingface/hub"), plain.cache());
    assertFalse(plain.offline());
    Files.createDirectories(home);
    Files.writeString(home.resolve("token"), "kept\n");
    HubSettings set =
        HubSettings.from(
            Map.of(
                "HF_HOME", home.toString(), "HF_ENDPOINT", "http://mirror/", "HF_HUB_OFFLINE", "1"),
            home);
    assertEquals(
        new HubSettings(URI.create("http://mirror"), home.resolve("hub"), "kept", true), set);
    assertFalse(set.toString().contains("kept"));
    assertEquals(
        cache.resolve("other"),
        HubSettings.from(Map.of("HF_HUB_CACHE", cache + "/other"), home).cache());
    assertThrows(HubException.class, () -> HubSettings.from(Map.of("HF_ENDPOINT", "mirror"), home));
  }
}
