package io.lucerna.instrumentation.model;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.CausalModel;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to models that look back only, and what their files may say. */
class CausalModelTest {
  private static final Path FIXTURES = Checkout.models().resolve("families");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long[] IDS = {5, 9, 40, 17, 3, 88, 21, 60};

  @TempDir Path temp;

  /** The tensors of a fixture, by name. */
  private static Map<String, float[]> tensors(String fixture, Map<String, long[]> shapes)
      throws IOException {
    Map<String, float[]> tensors = new TreeMap<>();
    try (var checkpoint = Checkpoints.open(FIXTURES.resolve(fixture))) {
      for (String name : checkpoint.names()) {
        tensors.put(name, checkpoint.floats(name));
        shapes.put(name, checkpoint.shape(name));
      }
    }
    return tensors;
  }

  private static void write(Path file, Map<String, float[]> tensors, Map<String, long[]> shapes)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    int bytes = 0;
    for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "F32");
      Arrays.stream(shapes.get(tensor.getKey())).forEach(entry.putArray("shape")::add);
      int end = bytes + 4 * tensor.getValue().length;
      entry.putArray("data_offsets").add(bytes).add(end);
      bytes = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(8 + json.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(json.length).put(json);
    tensors
        .values()
        .forEach(
            values -> {
              for (float value : values) {
                out.putFloat(value);
              }
            });
    Files.write(file, out.array());
  }

  /** A fixture with another config.json. */
  private Path edited(String fixture, Consumer<ObjectNode> change) throws IOException {
    Path from = FIXTURES.resolve(fixture);
    ObjectNode config = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
    change.accept(config);
    JSON.writeValue(temp.resolve("config.json").toFile(), config);
    Files.write(
        temp.resolve("model.safetensors"), Files.readAllBytes(from.resolve("model.safetensors")));
    return temp;
  }

  private static HookedModel open(Path folder) throws IOException {
    OutputSettings output = OutputSettings.defaults().withAnswers(List.of(7L, 11L));
    try (var checkpoint = Checkpoints.open(folder)) {
      return HookedModel.open(Architecture.read(folder), checkpoint, output, Precision.FP32);
    }
  }

  private static TokenBatch batch(HookedModel model, long[]... texts) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (long[] ids : texts) {
      sequences.add(TokenSequence.ofIds(ids, new long[ids.length]));
    }
    return TokenBatch.of(sequences, model.config().padId(), Side.PAIR);
  }

  private static float[] output(HookedModel model, long... ids) {
    return model.forward(batch(model, ids), Hooks.none())[0];
  }

  private static float[] output(Path folder) throws IOException {
    try (HookedModel model = open(folder)) {
      return output(model, IDS);
    }
  }

  private static String refusal(Path folder) {
    return requireNonNull(
        assertThrows(CheckpointException.class, () -> open(folder).close()).getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gemma-causal", "gemma2-causal", "llama-rank", "mistral-rank", "qwen3-causal"})
  void whatComesLaterChangesNoBitOfWhatCameBefore(String fixture) throws IOException {
    long[] other = IDS.clone();
    other[6] = 33;
    try (HookedModel model = open(FIXTURES.resolve(fixture));
        BatchActivations one = new BatchActivations();
        BatchActivations two = new BatchActivations()) {
      String all = "blocks.*.hook_resid_post";
      model.forward(batch(model, IDS), Hooks.none().with(all, one.observer()));
      model.forward(batch(model, other), Hooks.none().with(all, two.observer()));
      for (HookPoint point : one.all().keySet()) {
        float[] before = one.get(point).get("0, :6").toFloatArray();
        assertArrayEquals(before, two.get(point).get("0, :6").toFloatArray(), point.toString());
        float[] after = one.get(point).get("0, 6:").toFloatArray();
        assertFalse(Arrays.equals(after, two.get(point).get("0, 6:").toFloatArray()));
      }
    }
  }

  @Test
  void aWindowIsAsWideAsItSays() throws IOException {
    try (HookedModel model = open(FIXTURES.resolve("mistral-rank"));
        BatchActivations cache = new BatchActivations()) {
      HookPoint point = HookPoint.of(1, Site.PATTERN);
      model.forward(batch(model, IDS), Hooks.none().with(point.toString(), cache.observer()));
      float[] pattern = cache.get(point).get("0, 0").toFloatArray();
      for (int query = 0; query < IDS.length; query++) {
        for (int key = 0; key < IDS.length; key++) {
          boolean seen = key <= query && key > query - 5; // sliding_window 5
          assertEquals(seen, pattern[query * IDS.length + key] > 0, query + " sees " + key);
        }
      }
    }
  }

  /** Each model's windows, layer by layer; 0 where all is seen. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          llama-rank | {"sliding_window": 3} | 0,0
          mistral-rank | {"sliding_window": 3} | 3,3
          mistral-rank | {"sliding_window": null} | 0,0
          mistral-rank | - | 4096,4096
          gemma-causal | {"sliding_window": 3} | 0,0
          gemma2-causal | {"sliding_window": 3} | 3,0
          gemma2-causal | - | 4096,0
          gemma2-causal | {"sliding_window": 3, "layer_types": ["full_attention", "sliding_attention"]} | 0,3
          qwen3-causal | {"sliding_window": 3, "max_window_layers": 1} | 0,0
          qwen3-causal | {"sliding_window": 3, "max_window_layers": 1, "use_sliding_window": true} | 0,3
          qwen3-causal | {"sliding_window": 3, "use_sliding_window": true, "layer_types": ["sliding_attention", "full_attention"]} | 3,0
          """)
  void windowsAreThoseOfTheConfig(String fixture, String keys, String expected) throws IOException {
    Path folder =
        edited(
            fixture,
            config -> {
              config.remove("sliding_window");
              set(config, keys);
            });
    try (HookedModel model = open(folder)) {
      CausalModel network = (CausalModel) model.network();
      List<String> windows = new ArrayList<>();
      for (Block block : network.blocks()) {
        int window = network.windows().get(block.kind());
        windows.add(window == CausalModel.UNLIMITED ? "0" : Integer.toString(window));
      }
      assertEquals(expected, String.join(",", windows));
    }
  }

  private static void set(ObjectNode config, String keys) {
    try {
      if (!keys.equals("-")) {
        config.setAll((ObjectNode) JSON.readTree(keys));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          qwen3-causal | {"layer_types": ["sliding_attention", "full_attention"], "use_sliding_window": false} | layer_types has sliding_attention, but use_sliding_window is false
          qwen3-causal | {"layer_types": ["full_attention"]} | layer_types of layer 1 is missing; supported: full_attention, sliding_attention
          gemma2-causal | {"layer_types": ["chunked_attention", "full_attention"]} | layer_types of layer 0 is chunked_attention; supported: full_attention, sliding_attention
          mistral-rank | {"sliding_window": 0} | sliding_window must be at least 1, got 0
          gemma2-causal | {"attn_logit_softcapping": 0} | attn_logit_softcapping must be above 0, got 0.0
          gemma2-causal | {"query_pre_attn_scalar": 0} | query_pre_attn_scalar must be above 0, got 0.0
          gemma-causal | {"use_bidirectional_attention": true} | use_bidirectional_attention is true; only false is supported
          gemma-causal | {"hidden_activation": "relu"} | hidden_activation is relu; only gelu_pytorch_tanh is supported
          llama-rank | {"quantization_config": {"bits": 4}} | quantization_config: quantized weights cannot be read
          llama-rank | {"is_causal": false} | is_causal is false; only true is supported
          llama-rank | {"head_dim": null, "hidden_size": 13} | hidden_size 13 is not a multiple of num_attention_heads 4
          llama-rank | {"num_key_value_heads": 3} | the number of heads, 4, is not a multiple of the number of key heads, 3
          llama-rank | {"head_dim": 5} | rotary positions need heads of an even width
          """)
  void refusalsNameTheKey(String fixture, String keys, String expected) throws IOException {
    Path folder = edited(fixture, config -> set(config, keys));
    if (keys.contains("head_dim\": 5")) {
      resized(folder, 5);
    }
    String message = refusal(folder);
    assertTrue(message.startsWith(folder.resolve("config.json") + ": " + expected), message);
  }

  /** Gives the attention's maps the sizes for another width of heads. */
  private static void resized(Path folder, int width) throws IOException {
    Map<String, long[]> shapes = new TreeMap<>();
    Map<String, float[]> tensors = tensors("llama-rank", shapes);
    for (String name : tensors.keySet()) {
      long[] shape = requireNonNull(shapes.get(name));
      if (name.matches(".*self_attn\\.[qkv]_proj\\.weight")) {
        shape[0] = shape[0] / 4 * width;
      } else if (name.contains("o_proj")) {
        shape[1] = shape[1] / 4 * width;
      } else {
        continue;
      }
      tensors.put(name, new float[(int) (shape[0] * shape[1])]);
    }
    write(folder.resolve("model.safetensors"), tensors, shapes);
  }

  /** In a classifier a token of the padding's id is never the last one, as in Hugging Face. */
  @Test
  void paddingInsideATextIsNotItsLastToken() throws IOException {
    try (HookedModel classifier = open(FIXTURES.resolve("llama-rank"))) {
      long[] padded = Arrays.copyOf(IDS, IDS.length + 2);
      Arrays.fill(padded, IDS.length, padded.length, classifier.config().padId());
      assertArrayEquals(output(classifier, IDS), output(classifier, padded), 5e-6f);
      long pad = classifier.config().padId();
      assertArrayEquals(output(classifier, pad), output(classifier, pad, pad), 5e-6f);
    }
    try (HookedModel answering = open(FIXTURES.resolve("gemma-causal"))) {
      long[] longer = Arrays.copyOf(IDS, IDS.length + 1);
      longer[IDS.length] = answering.config().padId();
      assertFalse(Arrays.equals(output(answering, IDS), output(answering, longer)));
    }
  }

  @Test
  void anOutputMatrixThatIsStoredCounts() throws IOException {
    Map<String, long[]> shapes = new TreeMap<>();
    Map<String, float[]> tensors = tensors("gemma-causal", shapes);
    String head = "lm_head.weight";
    float[] words = requireNonNull(tensors.get("model.embed_tokens.weight"));
    float[] expected = output(FIXTURES.resolve("gemma-causal"));
    Path folder = edited("gemma-causal", config -> {});
    shapes.put(head, requireNonNull(shapes.get("model.embed_tokens.weight")));

    tensors.put(head, words);
    write(folder.resolve("model.safetensors"), tensors, shapes);
    assertArrayEquals(expected, output(folder), "the tied matrix, stored once more");

    float[] doubled = words.clone();
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] *= 2;
    }
    tensors.put(head, doubled);
    write(folder.resolve("model.safetensors"), tensors, shapes);
    float[] twice = output(folder);
    assertEquals(2 * expected[0], twice[0], 1e-6, "a matrix of its own");
    assertEquals(2 * expected[1], twice[1], 1e-6);
  }

  @Test
  void anOutputMatrixThatIsNeitherStoredNorTiedIsMissed() throws IOException {
    Path folder = edited("gemma-causal", config -> config.put("tie_word_embeddings", false));
    String message = refusal(folder);
    assertTrue(message.contains("no tensor lm_head.weight among"), message);
  }

  @Test
  void namesMayLackTheirPrefixAndAnglesMayBeStored() throws IOException {
    Map<String, long[]> shapes = new TreeMap<>();
    Map<String, float[]> tensors = tensors("llama-rank", shapes);
    Map<String, float[]> bare = new TreeMap<>();
    Map<String, long[]> bareShapes = new TreeMap<>();
    tensors.forEach(
        (name, values) -> {
          bare.put(name.replaceFirst("^model\\.", ""), values);
          bareShapes.put(name.replaceFirst("^model\\.", ""), shapes.get(name));
        });
    bare.put("layers.0.self_attn.rotary_emb.inv_freq", new float[] {1, 2});
    bareShapes.put("layers.0.self_attn.rotary_emb.inv_freq", new long[] {2});
    Path folder = edited("llama-rank", config -> {});
    write(folder.resolve("model.safetensors"), bare, bareShapes);
    assertArrayEquals(output(FIXTURES.resolve("llama-rank")), output(folder));

    bare.put("layers.0.unknown", new float[] {1});
    bareShapes.put("layers.0.unknown", new long[] {1});
    write(folder.resolve("model.safetensors"), bare, bareShapes);
    String message = refusal(folder);
    assertTrue(message.endsWith("this architecture has no place for 1 tensor: layers.0.unknown"));
  }

  @Test
  void answersMustBeTokensOfTheModel() throws IOException {
    Path folder = FIXTURES.resolve("gemma-causal");
    Architecture architecture = Architecture.read(folder);
    try (var checkpoint = Checkpoints.open(folder)) {
      for (List<Long> answers : List.of(List.<Long>of(), List.of(3L, 179L))) {
        OutputSettings output = OutputSettings.defaults().withAnswers(answers);
        String message =
            assertThrows(
                    CheckpointException.class,
                    () -> HookedModel.open(architecture, checkpoint, output, Precision.FP32))
                .getMessage();
        String expected =
            answers.isEmpty()
                ? "a model that answers needs the token ids of its answers"
                : "the answers' token ids must be in 0..178, got 179";
        assertEquals(folder.resolve("config.json") + ": " + expected, message);
      }
    }
  }

  /**
   * The numbers of a tensor that is copied in more pieces than one; only its last rows are not 0.
   */
  @Test
  void tensorsAreReadPieceByPiece() throws IOException {
    int rows = (1 << 24) / 12 + 2;
    Map<String, long[]> shapes = new TreeMap<>();
    Map<String, float[]> tensors = tensors("llama-rank", shapes);
    float[] words = new float[rows * 12];
    for (int i = 0; i < 36; i++) {
      words[words.length - 36 + i] = i + 1;
    }
    tensors.put("model.embed_tokens.weight", words);
    shapes.put("model.embed_tokens.weight", new long[] {rows, 12});
    Path folder = edited("llama-rank", config -> config.put("vocab_size", rows));
    write(folder.resolve("model.safetensors"), tensors, shapes);
    try (HookedModel model = open(folder)) {
      for (int row = 0; row < 3; row++) {
        float[] expected = new float[12];
        for (int i = 0; i < 12; i++) {
          expected[i] = row * 12 + i + 1;
        }
        assertArrayEquals(expected, model.wordEmbedding(rows - 3 + row));
      }
      assertArrayEquals(new float[12], model.wordEmbedding(rows / 2));
    }
  }
}
