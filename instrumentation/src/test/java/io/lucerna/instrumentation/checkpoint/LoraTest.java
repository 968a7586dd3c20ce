package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LoRA adapters, merged, against what PEFT's merge_and_unload gives (make_adapters.py). */
class LoraTest {
  private static final Path ADAPTERS = Folders.OWN.resolve("adapters");

  @TempDir Path temp;
  private Path adapter = ADAPTERS;

  /** A copy whose base is named by its whole path. */
  @BeforeEach
  void copy() throws IOException {
    adapter = Folders.copy("adapters/bert-heads", temp.resolve("adapter"));
    config(json -> json.put("base_model_name_or_path", base("bert-cross")));
  }

  private static String base(String name) {
    return Folders.OWN.resolve(name).toAbsolutePath().toString();
  }

  private void config(Consumer<ObjectNode> change) throws IOException {
    Folders.edit(adapter.resolve("adapter_config.json"), change);
  }

  static Stream<Path> adapters() throws IOException {
    try (Stream<Path> folders = Files.list(ADAPTERS)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("adapter_config.json")))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static List<Long> answers(Path folder) throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("reference.json").toFile());
    return json.has("no_id")
        ? List.of(json.get("no_id").asLong(), json.get("yes_id").asLong())
        : List.of();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("adapters")
  void hiddenStatesAndOutputsAreThoseOfTheMergedModel(Path folder) throws IOException {
    ModelFolder files = ModelFolder.of(folder);
    OutputSettings output = OutputSettings.defaults().withAnswers(answers(folder));
    try (Checkpoint weights = files.open();
        HookedModel model =
            HookedModel.open(Architecture.read(files), weights, output, Precision.FP32);
        Checkpoint reference = Checkpoints.openFile(folder.resolve("reference.safetensors"))) {
      List<Parity.Difference> differences = Parity.of(model, reference);
      Set<String> points = new HashSet<>();
      for (Parity.Difference difference : differences) {
        points.add(difference.point());
        assertTrue(difference.holds(), difference::toString);
      }
      assertTrue(points.contains("output") && points.size() > 3, points::toString);
    }
  }

  private static float[] output(HookedModel model) {
    TokenSequence text = TokenSequence.ofIds(new long[] {2, 88, 86, 3}, new long[4]);
    return model.forward(TokenBatch.of(List.of(text), 0, Side.PAIR), Hooks.none())[0];
  }

  /** Neither folder has its weights and its configuration side by side. */
  @Test
  void theModelOfAFolderIsThatOfItsFiles() throws IOException {
    Path old = temp.resolve("old");
    Folders.copy("bert-bi", old.resolve("0_Transformer"));
    Files.writeString(
        old.resolve("modules.json"), "[{\"type\": \"Transformer\", \"path\": \"0_Transformer\"}]");
    for (Path folder : List.of(adapter, old)) {
      ModelFolder files = ModelFolder.of(folder);
      OutputSettings output = OutputSettings.defaults();
      try (Checkpoint weights = files.open();
          HookedModel expected =
              HookedModel.open(Architecture.read(files), weights, output, Precision.FP32);
          HookedModel actual = HookedModel.open(folder, Precision.FP32)) {
        assertArrayEquals(output(expected), output(actual), folder.toString());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("adapters")
  void piecesAreThoseOfTheWhole(Path folder) throws IOException {
    int changed = 0;
    try (Checkpoint merged = ModelFolder.of(folder).open();
        Checkpoint base = Checkpoints.open(ModelFolder.of(folder).body())) {
      for (String name : merged.names()) {
        float[] whole = merged.floats(name);
        float[] pieces = new float[whole.length];
        for (int from = 0; from < whole.length; from += 7) {
          int count = Math.min(7, whole.length - from);
          System.arraycopy(merged.floats(name, from, count), 0, pieces, from, count);
        }
        assertArrayEquals(whole, pieces, name);
        boolean same = base.names().contains(name) && Arrays.equals(base.floats(name), whole);
        changed += same ? 0 : 1;
      }
      assertTrue(changed > 0 && changed < merged.names().size(), "changed " + changed);
    }
  }

  private String sha256() throws IOException {
    try (Checkpoint merged = ModelFolder.of(adapter).open()) {
      return merged.sha256();
    }
  }

  @Test
  void theHashCoversBaseAdapterAndConfiguration() throws IOException {
    Set<String> seen = new HashSet<>(Set.of(sha256()));
    assertEquals(seen, Set.of(sha256()));
    try (Checkpoint base = Checkpoints.open(Path.of(base("bert-cross")))) {
      assertTrue(seen.add(base.sha256()));
    }
    Path file = adapter.resolve("adapter_model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertTrue(seen.add(sha256()));
    config(json -> json.put("lora_alpha", 9));
    assertTrue(seen.add(sha256()));
    config(json -> json.put("base_model_name_or_path", base("bert-cross-2labels")));
    assertTrue(seen.add(sha256()));
  }

  @Test
  void theBaseMayBeRelativeToTheAdapter() throws IOException {
    String before = sha256();
    Folders.copy("bert-cross", temp.resolve("base"));
    config(json -> json.put("base_model_name_or_path", "../base"));
    assertNotEquals(before, sha256(), "the configuration is another one");
    assertEquals(adapter.resolve("../base"), ModelFolder.of(adapter).body());
  }

  @Test
  void tokenizerAndModulesAreTheAdaptersOwnIfItHasThem() throws IOException {
    Path base = Path.of(base("bert-bi"));
    config(json -> json.put("base_model_name_or_path", base.toString()));
    ModelFolder files = ModelFolder.of(adapter);
    assertEquals(
        List.of(adapter, base, base, base),
        List.of(files.named(), files.modules(), files.body(), files.tokenizer()));
    Files.copy(base.resolve("tokenizer.json"), adapter.resolve("tokenizer.json"));
    Files.copy(base.resolve("modules.json"), adapter.resolve("modules.json"));
    files = ModelFolder.of(adapter);
    assertEquals(
        List.of(adapter, adapter, base, adapter),
        List.of(files.named(), files.modules(), files.body(), files.tokenizer()));
  }

  /** A whole model beside a configuration without weights is that model. */
  @Test
  void aConfigurationAloneMakesNoAdapterOfAModel() throws IOException {
    Path model = Folders.copy("bert-cross", temp.resolve("whole"));
    Files.copy(adapter.resolve("adapter_config.json"), model.resolve("adapter_config.json"));
    assertTrue(ModelFolder.of(model).adapter().isEmpty());
  }

  private String refusal() {
    return String.valueOf(
        assertThrows(
                CheckpointException.class,
                () -> {
                  ModelFolder files = ModelFolder.of(adapter);
                  Architecture.read(files);
                  files.open().close();
                })
            .getMessage());
  }

  @Test
  void whatCannotBeMergedIsRefusedByName() throws IOException {
    record Case(Consumer<ObjectNode> change, String message) {}
    Path file = adapter.resolve("adapter_config.json");
    String good = Files.readString(file);
    List<Case> cases =
        List.of(
            new Case(json -> json.put("peft_type", "IA3"), "peft_type is IA3; only LORA"),
            new Case(json -> json.put("peft_type", "ADALORA"), "peft_type is ADALORA; only LORA"),
            new Case(json -> json.remove("peft_type"), "peft_type is nothing; only LORA"),
            new Case(
                json -> json.put("use_dora", true), "use_dora is true, which is not supported"),
            new Case(
                json -> json.putArray("trainable_token_indices").add(3),
                "trainable_token_indices is [3], which is not supported"),
            new Case(
                json -> json.put("use_newlora", 1), "use_newlora is 1, which is not supported"),
            new Case(
                json -> json.put("init_lora_weights", "pissa_niter_4"),
                "init_lora_weights is pissa_niter_4, which changes the base"),
            new Case(
                json -> json.putNull("base_model_name_or_path"),
                "base_model_name_or_path must name the base model"),
            new Case(
                json -> json.put("base_model_name_or_path", "meta/base"),
                "the base model meta/base is not a folder here"),
            new Case(
                json -> json.put("base_model_name_or_path", "."), "is an adapter itself; merge it"),
            new Case(json -> json.put("task_type", "TOKEN_CLS"), "task_type is TOKEN_CLS;"),
            new Case(json -> json.put("r", 0), "r must be a whole number of at least 1, got 0"),
            new Case(json -> json.put("lora_alpha", "x"), "lora_alpha must be a number, got \"x\""),
            new Case(json -> json.put("r", 5), "[4, 32] and [32, 4] do not fit the base's"),
            new Case(
                json -> json.putArray("target_modules").add("query"),
                "self.value.lora_A.weight exists, but target_modules"),
            new Case(
                json -> json.put("target_modules", ".*query"),
                "self.value.lora_A.weight exists, but target_modules"),
            new Case(json -> json.put("target_modules", "("), "the pattern ( cannot be read"),
            new Case(
                json -> json.putArray("layers_to_transform").add(0),
                "layer.1.attention.self.query.lora_A.weight exists, but target_modules"),
            new Case(
                json -> json.put("exclude_modules", ".*layer\\.1.*"),
                "layer.1.attention.self.query.lora_A.weight exists, but target_modules"),
            new Case(
                json -> json.put("base_model_name_or_path", base("families/electra-cross")),
                "self.query.lora_A.weight belongs to a module that the base model "),
            new Case(
                json -> json.put("base_model_name_or_path", base("families/bert-mlm-splade")),
                "do not fit the base's"));
    for (Case broken : cases) {
      Files.writeString(file, good);
      config(broken.change);
      String message = refusal();
      assertTrue(message.contains(broken.message), message);
      assertTrue(message.startsWith(adapter.toString()), message);
    }
    Files.writeString(file, good);
    Files.delete(adapter.resolve("adapter_model.safetensors"));
    assertEquals(
        adapter + ": no adapter weights; looked for adapter_model.safetensors, adapter_model.bin",
        refusal());
  }

  @Test
  void tensorsThatDoNotBelongToTheAdapterAreRefused() throws IOException {
    record Case(String name, long[] shape, String message) {}
    String at = "base_model.model.bert.encoder.layer.0.attention.self.query.";
    for (Case broken :
        List.of(
            new Case(at + "lora_A.weight", new long[] {4, 32}, "has no bert.encoder.layer.0"),
            new Case(at + "lora_B.weight", new long[] {32, 4}, "has no bert.encoder.layer.0"),
            new Case(at + "lora_magnitude_vector.weight", new long[] {32}, "is of DoRA"),
            new Case(at + "lora_C.weight", new long[] {32}, "a kind of LoRA that is not supported"),
            new Case(at + "weight", new long[] {32, 32}, "neither to an update nor to modules"))) {
      int count = (int) Arrays.stream(broken.shape).reduce(1, (a, b) -> a * b);
      Files.write(
          adapter.resolve("adapter_model.safetensors"),
          new SafetensorsBuilder().floats(broken.name, broken.shape, new float[count]).build());
      assertTrue(refusal().contains(broken.message), this::refusal);
    }
  }
}
