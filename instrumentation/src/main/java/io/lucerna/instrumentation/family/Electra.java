package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.nn.Activation;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.PostNormBlock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ELECTRA (Clark et al. 2020): BERT's blocks, embeddings that may be narrower than the stream, and
 * a classifier of its own.
 */
final class Electra {
  static final Family FAMILY =
      new Family(
          "electra",
          "ElectraModel",
          Map.of("ElectraModel", Task.VECTOR, "ElectraForSequenceClassification", Task.LABELS),
          Electra::load);

  /** The heads of pre-training, which a file whose vectors are used may still have. */
  private static final String LEFT =
      Encoder.LEFT + "|(discriminator|generator)_(predictions|lm_head)\\..*";

  private Electra() {}

  private static Network load(Loading loading) {
    Settings settings = loading.settings();
    Encoder.requirePlain(settings);
    Weights weights = loading.weights();
    weights.prefix("electra.", loading.task() == Task.VECTOR);
    ModelConfig config = Encoder.sizes(loading, settings.integer("type_vocab_size"), 0);
    double epsilon = settings.epsilon("layer_norm_eps", 1e-12);
    int width = settings.integer("embedding_size");
    Embeddings embeddings = weights.embeddings("embeddings.", config, width, 0, epsilon);
    @Nullable Linear projection =
        width == config.width()
            ? null
            : weights.linear("embeddings_project", config.width(), width);
    List<PostNormBlock> blocks =
        BlockNames.BERT.load(weights, config, epsilon, settings.activation("hidden_act", "gelu"));
    boolean classifies = loading.task() == Task.LABELS;
    OutputHead head =
        classifies
            ? Encoder.classifier(loading, config, Activation.GELU) // whatever hidden_act is
            : Encoder.vector(loading, config);
    weights.finish(LEFT);
    return new Encoder(
        config,
        weights.prefix(),
        embeddings,
        projection,
        null,
        BlockNames.BERT,
        blocks,
        head,
        classifies ? Reference.before(Activation.GELU, "out:classifier.dense") : null);
  }
}
