package io.lucerna.plugin.groundtruth;

import io.lucerna.base.AtomicFile;
import io.lucerna.instrumentation.checkpoint.SafetensorsHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Weights of a BertForSequenceClassification of two layers that rank by a rule.
 *
 * <p>A feature is a pair of dimensions, x and -x, so that the residual stream's mean is 0; and a
 * norm that divides by the root of 1e8 and multiplies by that leaves such a stream as it is. What
 * layer 0's head 0 gives a query token of word w stands in feature out(w): the share of attention
 * that equal words have. The MLP's unit w lets it pass where the token is w, and adds it, times
 * what the word is worth, to the score. Layer 1's head 0 gives CLS the mean over the query's
 * tokens. All other heads and units are decoys: random weights that read everything, and write
 * where only decoys read.
 */
final class Compiled {
  /** What is near enough to no weight: in logarithms. */
  private static final double NEVER = 25;

  /** Keeps the pooler's tanh where it is almost straight. */
  static final double SMALL = 0.01;

  private static final double EPSILON = 1e8;
  private static final int LAYERS = 2;
  private static final int POSITIONS = 64;
  private static final int DECOY_FEATURES = 8;
  private static final int DECOY_UNITS = 8;
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  private static final int CLS = 2;
  private static final int SEP = 3;

  private final Rule rule;
  private final Collection collection;
  private final Random random;
  private final int words;
  private final int heads;
  private final int headWidth;
  private final int width;
  private final int units;
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  /**
   * @param decoys heads of each layer that do not matter
   */
  Compiled(Rule rule, Collection collection, int decoys, long seed) {
    this.rule = rule;
    this.collection = collection;
    this.random = new Random(seed);
    words = collection.words().size();
    heads = 1 + decoys;
    int least = 2 * (decoy(0) + DECOY_FEATURES);
    int ofHeads = Math.max((least + heads - 1) / heads, words + 1);
    headWidth = ofHeads * heads % 2 == 0 ? ofHeads : ofHeads + 1;
    width = headWidth * heads;
    units = words + DECOY_UNITS;
    embeddings();
    for (int layer = 0; layer < LAYERS; layer++) {
      layer(layer);
    }
    head();
  }

  private int out(int word) {
    return words + word;
  }

  private int cls() {
    return 2 * words;
  }

  private int sep() {
    return 2 * words + 1;
  }

  /** 1 in the query, -1 in the passage. */
  private int type() {
    return 2 * words + 2;
  }

  private int position() {
    return 2 * words + 3;
  }

  private int score() {
    return 2 * words + 4;
  }

  private int mean() {
    return 2 * words + 5;
  }

  private int decoy(int number) {
    return 2 * words + 6 + number;
  }

  private float[] tensor(String name, long... shape) {
    long size = 1;
    for (long dimension : shape) {
      size *= dimension;
    }
    float[] values = new float[(int) size];
    tensors.put(name, values);
    shapes.put(name, shape);
    return values;
  }

  /** A row of a table, or of a map that is read: what a feature is there. */
  private void write(float[] table, int row, int feature, double value) {
    table[row * width + 2 * feature] = (float) value;
    table[row * width + 2 * feature + 1] = (float) -value;
  }

  /** Adds a feature to what a row of a map gives. */
  private static void read(float[] map, int columns, int row, int feature, double factor) {
    map[row * columns + 2 * feature] += (float) (factor / 2);
    map[row * columns + 2 * feature + 1] -= (float) (factor / 2);
  }

  /** Adds what stands in a column to a feature. */
  private static void give(float[] map, int columns, int feature, int column, double factor) {
    map[2 * feature * columns + column] += (float) factor;
    map[(2 * feature + 1) * columns + column] -= (float) factor;
  }

  private void norm(String name) {
    Arrays.fill(tensor(name + ".weight", width), (float) Math.sqrt(EPSILON));
    tensor(name + ".bias", width);
  }

  private void embeddings() {
    String at = "bert.embeddings.";
    float[] table = tensor(at + "word_embeddings.weight", SPECIAL.size() + words, width);
    for (int word = 0; word < words; word++) {
      write(table, SPECIAL.size() + word, word, 1);
    }
    write(table, CLS, cls(), 1);
    write(table, SEP, sep(), 1);
    float[] places = tensor(at + "position_embeddings.weight", POSITIONS, width);
    for (int place = 0; place < POSITIONS; place++) {
      write(places, place, position(), place / (double) POSITIONS);
    }
    float[] types = tensor(at + "token_type_embeddings.weight", 2, width);
    write(types, 0, type(), 1);
    write(types, 1, type(), -1);
    norm(at + "LayerNorm");
  }

  private void layer(int layer) {
    String at = "bert.encoder.layer." + layer + ".";
    String self = at + "attention.self.";
    float[] query = tensor(self + "query.weight", width, width);
    float[] queryBias = tensor(self + "query.bias", width);
    float[] key = tensor(self + "key.weight", width, width);
    tensor(self + "key.bias", width);
    float[] value = tensor(self + "value.weight", width, width);
    tensor(self + "value.bias", width);
    float[] output = tensor(at + "attention.output.dense.weight", width, width);
    tensor(at + "attention.output.dense.bias", width);
    norm(at + "attention.output.LayerNorm");
    float[] up = tensor(at + "intermediate.dense.weight", units, width);
    float[] upBias = tensor(at + "intermediate.dense.bias", units);
    float[] down = tensor(at + "output.dense.weight", width, units);
    tensor(at + "output.dense.bias", width);
    norm(at + "output.LayerNorm");
    if (layer == 0) {
      match(query, queryBias, key, value, output);
      worth(up, upBias, down);
    } else {
      average(queryBias, key, value, output);
    }
    decoys(query, key, value, output);
    for (int unit = layer == 0 ? words : 0; unit < units; unit++) {
      for (int column = 0; column < width; column++) {
        up[unit * width + column] = small();
      }
      give(down, units, decoy(random.nextInt(DECOY_FEATURES)), unit, small());
    }
  }

  private float small() {
    return (float) (0.2 * random.nextGaussian());
  }

  /** Equal words, other words of the passage, CLS. */
  private void match(float[] query, float[] queryBias, float[] key, float[] value, float[] output) {
    double root = Math.sqrt(headWidth);
    double other = rule.other(collection);
    double logOther = other == 0 ? -NEVER : Math.log(other);
    double more = Math.log(1 + other) - logOther;
    for (int word = 0; word < words; word++) {
      read(query, width, word, word, more * root);
      read(key, width, word, word, 1);
      read(value, width, word, word, 1);
      give(output, width, out(word), word, 1);
    }
    queryBias[words] = (float) root;
    // Key's last number: the logarithm of the weight that has nothing to do with the query.
    double never = -3 * NEVER;
    double ofType = (never - logOther) / 2; // from the passage's words to the query's
    for (int word = 0; word < words; word++) {
      read(key, width, words, word, (logOther + never) / 2);
    }
    read(key, width, words, type(), ofType);
    read(key, width, words, cls(), Math.log(rule.rest()) - ofType);
    read(key, width, words, sep(), 2 * never);
    read(key, width, words, position(), -rule.decay() * POSITIONS);
  }

  /** The share passes where the token is the word. */
  private void worth(float[] up, float[] upBias, float[] down) {
    double open = 2;
    for (int word = 0; word < words; word++) {
      read(up, width, word, out(word), 1);
      read(up, width, word, word, open);
      upBias[word] = (float) -open;
      give(down, units, score(), word, rule.worth(word, collection));
    }
  }

  /** The mean of the score over the query's words. */
  private void average(float[] queryBias, float[] key, float[] value, float[] output) {
    queryBias[0] = (float) Math.sqrt(headWidth);
    double never = -NEVER;
    for (int word = 0; word < words; word++) {
      read(key, width, 0, word, never / 2);
    }
    read(key, width, 0, type(), -never / 2);
    read(key, width, 0, cls(), never + never / 2);
    read(key, width, 0, sep(), 2 * never);
    read(value, width, 0, score(), 1);
    give(output, width, mean(), 0, 1);
  }

  private void decoys(float[] query, float[] key, float[] value, float[] output) {
    for (int row = headWidth; row < width; row++) {
      for (int column = 0; column < width; column++) {
        query[row * width + column] = small();
        key[row * width + column] = small();
        value[row * width + column] = small();
      }
      give(output, width, decoy(random.nextInt(DECOY_FEATURES)), row, small());
    }
  }

  private void head() {
    float[] pooler = tensor("bert.pooler.dense.weight", width, width);
    read(pooler, width, 0, mean(), SMALL);
    tensor("bert.pooler.dense.bias", width);
    tensor("classifier.weight", 1, width)[0] = (float) (1 / SMALL);
    tensor("classifier.bias", 1);
  }

  /** Names of the heads and MLPs that do not matter. */
  List<String> decoys() {
    List<String> names = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int head = 1; head < heads; head++) {
        names.add("L" + layer + "H" + head);
      }
    }
    names.add("L1mlp");
    return names;
  }

  /** Writes a model folder, as transformers has it. */
  void write(Path folder) throws IOException {
    AtomicFile.write(folder.resolve("config.json"), out -> out.write(config()));
    AtomicFile.write(
        folder.resolve("vocab.txt"),
        out -> {
          for (String word : SPECIAL) {
            out.write(word + "\n");
          }
          for (String word : collection.words()) {
            out.write(word + "\n");
          }
        });
    AtomicFile.write(
        folder.resolve("tokenizer_config.json"),
        out ->
            out.write(
                "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": true,"
                    + " \"model_max_length\": "
                    + POSITIONS
                    + "}\n"));
    List<SafetensorsHeader.Tensor> named = new ArrayList<>();
    shapes.forEach((name, shape) -> named.add(new SafetensorsHeader.Tensor(name, shape)));
    AtomicFile.writeBytes(
        folder.resolve("model.safetensors"),
        out -> {
          out.write(SafetensorsHeader.bytes(Map.of("format", "pt"), false, named));
          for (float[] values : tensors.values()) {
            ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            out.write(bytes.array());
          }
        });
  }

  private String config() {
    return """
        {
          "architectures": ["BertForSequenceClassification"],
          "model_type": "bert",
          "hidden_act": "relu",
          "hidden_size": %d,
          "num_hidden_layers": %d,
          "num_attention_heads": %d,
          "intermediate_size": %d,
          "vocab_size": %d,
          "max_position_embeddings": %d,
          "type_vocab_size": 2,
          "layer_norm_eps": 1e8,
          "hidden_dropout_prob": 0.0,
          "attention_probs_dropout_prob": 0.0,
          "pad_token_id": 0,
          "id2label": {"0": "LABEL_0"},
          "label2id": {"LABEL_0": 0}
        }
        """
        .replaceFirst("%d", "" + width)
        .replaceFirst("%d", "" + LAYERS)
        .replaceFirst("%d", "" + heads)
        .replaceFirst("%d", "" + units)
        .replaceFirst("%d", "" + (SPECIAL.size() + words))
        .replaceFirst("%d", "" + POSITIONS);
  }
}
