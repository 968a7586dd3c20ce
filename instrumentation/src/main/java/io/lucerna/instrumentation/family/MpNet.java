package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.RelativeBias;
import java.util.Map;

/**
 * MPNet (Song et al. 2020): BERT's blocks under other names, positions as in RoBERTa, and a bias of
 * relative positions that all blocks share.
 */
final class MpNet {
  static final Family FAMILY =
      new Family(
          "mpnet",
          "MPNetModel",
          Map.of("MPNetModel", Task.VECTOR, "MPNetForSequenceClassification", Task.LABELS),
          MpNet::load);

  private static final BlockNames NAMES =
      new BlockNames(
          "encoder.layer.",
          "attention.attn.q",
          "attention.attn.k",
          "attention.attn.v",
          "attention.attn.o",
          "attention.LayerNorm",
          "intermediate.dense",
          "output.dense",
          "output.LayerNorm");

  /** The head of pre-training, which a file whose vectors are used may still have. */
  private static final String LEFT = Encoder.LEFT + "|lm_head\\..*";

  /** The row of the first position: the padding's is 1, whatever pad_token_id is. */
  private static final int FIRST_POSITION = 2;

  /** Of relative positions; in the reference, no key of the configuration changes them. */
  private static final int BUCKETS = 32;

  private static final int FARTHEST = 128;

  private MpNet() {}

  private static Network load(Loading loading) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    weights.prefix("mpnet.", loading.task() == Task.VECTOR);
    ModelConfig config = Encoder.sizes(loading, 0, FIRST_POSITION);
    double epsilon = settings.epsilon("layer_norm_eps", 1e-12);
    Embeddings embeddings =
        weights.embeddings("embeddings.", config, config.width(), FIRST_POSITION, epsilon);
    settings.require("relative_attention_num_buckets", Integer.toString(BUCKETS));
    RelativeBias bias =
        new RelativeBias(
            weights.body("encoder.relative_attention_bias.weight", BUCKETS, config.heads()),
            FARTHEST);
    return Encoder.pooledByFirst(loading, config, embeddings, bias, NAMES, epsilon, LEFT);
  }
}
