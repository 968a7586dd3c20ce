package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * BERT with its inside in reach: embeddings, blocks, and a head, written over NDArrays with a hook
 * point at every activation.
 *
 * <p>Thread-safe: weights are only read, and every forward call has a native-memory scope of its
 * own. No native memory leaves a call but through hooks that copy it out.
 */
public final class HookedEncoder implements AutoCloseable {
  private static final List<Site> BEFORE =
      List.of(Site.EMBED, Site.TOKEN_TYPE_EMBED, Site.POS_EMBED, Site.FULL_EMBED);
  private static final List<Site> PER_BLOCK =
      List.of(
          Site.RESID_PRE,
          Site.Q,
          Site.K,
          Site.V,
          Site.ATTN_SCORES,
          Site.PATTERN,
          Site.Z,
          Site.RESULT,
          Site.ATTN_OUT,
          Site.RESID_MID,
          Site.NORMALIZED_RESID_MID,
          Site.MLP_PRE,
          Site.MLP_POST,
          Site.MLP_OUT,
          Site.RESID_POST,
          Site.NORMALIZED_RESID_POST);

  /**
   * Unused by the forward pass but present in published files: a pooler without a classifier, and a
   * buffer of numbers.
   */
  private static final String LEFT_BY_ENCODERS = "pooler\\..*|embeddings\\.position_ids";

  private static final String LEFT_BY_CLASSIFIERS = "embeddings\\.position_ids";

  private static final String POSITIONS = "embeddings.position_embeddings.weight";

  private final ModelConfig config;
  private final DataType type;
  private final NDManager manager;
  private final NDArray wordEmbeddings;
  private final NDArray positionEmbeddings;
  private final NDArray typeEmbeddings;
  private final Norm embeddingNorm;
  private final List<BertBlock> blocks = new ArrayList<>();
  private final OutputHead head;
  private final HookRegistry registry;
  private final long parameters;
  private final LongAdder work = new LongAdder();

  private HookedEncoder(
      ModelConfig stated, Checkpoint checkpoint, @Nullable Pooling pooling, Precision precision) {
    this.type = precision.type();
    Workers.prepare();
    this.manager = NDManager.newBaseManager("PyTorch");
    try {
      String prefix =
          checkpoint.names().contains("bert.embeddings.word_embeddings.weight") ? "bert." : "";
      config = withStoredPositions(stated, checkpoint, prefix);
      Weights weights = new Weights(checkpoint, manager, type, prefix, work);
      long h = config.width();
      wordEmbeddings = weights.body("embeddings.word_embeddings.weight", config.vocabulary(), h);
      positionEmbeddings = weights.body(POSITIONS, config.maxPositions(), h);
      typeEmbeddings =
          weights.body("embeddings.token_type_embeddings.weight", config.tokenTypes(), h);
      embeddingNorm = BertBlock.norm(weights, "embeddings.LayerNorm", config);
      for (int layer = 0; layer < config.layers(); layer++) {
        blocks.add(BertBlock.load(layer, config, weights));
      }
      head =
          pooling == null
              ? classifier(checkpoint, weights)
              : new OutputHead.Pooler(pooling, config.width());
      weights.finish(pooling == null ? LEFT_BY_CLASSIFIERS : LEFT_BY_ENCODERS);
      parameters = weights.parameters();
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
    List<Site> after =
        pooling == null ? List.of(Site.POOLER_OUT, Site.LOGITS) : List.of(Site.POOLER_OUT);
    registry = new HookRegistry(BEFORE, PER_BLOCK, config.layers(), after, sizes());
  }

  private Map<String, Integer> sizes() {
    return Map.of(
        "head", config.heads(),
        "d_head", config.headWidth(),
        "d_model", config.width(),
        "d_mlp", config.mlpWidth(),
        "label", head.outputs());
  }

  private static ModelConfig withStoredPositions(
      ModelConfig stated, Checkpoint checkpoint, String prefix) {
    long[] shape = checkpoint.shape(prefix + POSITIONS);
    return checkpoint.traced() && shape.length == 2 && shape[0] < stated.maxPositions()
        ? stated.withMaxPositions((int) shape[0])
        : stated;
  }

  /**
   * A cross-encoder: {@code BertForSequenceClassification}, whose output is one logit per label.
   *
   * @throws CheckpointException if a tensor is missing, unknown, of the wrong shape or not finite
   */
  public static HookedEncoder classifier(
      ModelConfig config, Checkpoint checkpoint, Precision precision) {
    return new HookedEncoder(config, checkpoint, null, precision);
  }

  /**
   * A bi-encoder: {@code BertModel}, whose output is one vector per text, not normalised.
   *
   * @throws CheckpointException if a tensor is missing, unknown, of the wrong shape or not finite
   */
  public static HookedEncoder pooled(
      ModelConfig config, Checkpoint checkpoint, Pooling pooling, Precision precision) {
    return new HookedEncoder(config, checkpoint, pooling, precision);
  }

  private OutputHead classifier(Checkpoint checkpoint, Weights weights) {
    long h = config.width();
    Linear pooler = BertBlock.linear(weights, "pooler.dense", h, h);
    long labels =
        checkpoint.shape("classifier.bias").length == 1
            ? checkpoint.shape("classifier.bias")[0]
            : 0;
    if (labels < 1 || labels > 2) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "%s: the classifier has %d labels; a ranker has one or two",
              checkpoint,
              labels));
    }
    return new OutputHead.Classifier(
        pooler,
        new Linear(
            weights.head("classifier.weight", labels, h),
            weights.head("classifier.bias", labels),
            work));
  }

  /**
   * Runs a batch.
   *
   * @return one row per text: the logits of a classifier, the pooled vector of a bi-encoder
   * @throws IllegalArgumentException if a text is longer than the model allows, an id is unknown,
   *     or a hook's point does not exist
   * @throws IllegalStateException if a hook's point was never reached
   */
  public float[][] forward(TokenBatch batch, Hooks hooks) {
    check(batch);
    BoundHooks bound = hooks.bind(registry, batch);
    try (NDManager scope = manager.newSubManager()) {
      return rest(0, embed(scope, bound), bound);
    }
  }

  /**
   * Runs the blocks from one on, and the head.
   *
   * @param first the block to begin with; the number of blocks for the head alone
   * @param input what enters it [B, S, H], in a scope of the caller
   */
  float[][] rest(int first, NDArray input, BoundHooks bound) {
    TokenBatch batch = bound.batch();
    NDManager scope = input.getManager();
    NDArray mask = batch.padded() ? mask(batch, scope) : null; // [B, 1, 1, S]
    NDArray hidden = input;
    for (BertBlock block : blocks.subList(first, blocks.size())) {
      try (NDManager layer = scope.newSubManager()) {
        hidden.attach(layer);
        hidden = block.forward(hidden, mask, bound);
        hidden.attach(scope);
      }
    }
    NDArray output = head.apply(hidden, bound); // [B, outputs]
    bound.finish();
    return rows(output, batch.size());
  }

  /**
   * Runs batches, several at once on different threads. Hooks are called by one thread at a time,
   * batch after batch, unless they are {@link Hooks#concurrent}.
   *
   * @return for each batch what {@link #forward} returns
   */
  public List<float[][]> forwardAll(List<TokenBatch> batches, Hooks hooks) {
    if (!hooks.isConcurrent()) {
      return batches.stream().map(batch -> forward(batch, hooks)).toList();
    }
    return Workers.all(
        batches.stream().<Callable<float[][]>>map(batch -> () -> forward(batch, hooks)).toList());
  }

  /**
   * Runs batches under several conditions, each of them the hooks of a call of its own. What lies
   * below the lowest point that a condition hooks is computed once for all conditions; several
   * batches run at once if all hooks are {@link Hooks#concurrent}.
   *
   * <p>Memory: what one batch needs in one pass, and a few activations more.
   *
   * @return for each batch, for each condition what {@link #forward} returns, bit for bit
   * @throws IllegalArgumentException as {@link #forward} does
   */
  public List<List<float[][]>> forwardAll(List<TokenBatch> batches, List<Hooks> conditions) {
    batches.forEach(this::check);
    SharedPass shared = new SharedPass(this, conditions);
    if (!conditions.stream().allMatch(Hooks::isConcurrent)) {
      return batches.stream().map(shared::run).toList();
    }
    return Workers.all(
        batches.stream().<Callable<List<float[][]>>>map(batch -> () -> shared.run(batch)).toList());
  }

  /**
   * Runs one text and keeps what its blocks computed.
   *
   * @param batch a batch of one text
   */
  public TracedRun trace(TokenBatch batch) {
    return new TracedRun(this, batch);
  }

  private NDArray embed(NDManager scope, BoundHooks hooks) {
    TokenBatch batch = hooks.batch();
    Shape shape = new Shape(batch.size(), batch.width());
    long[] positions = new long[batch.size() * batch.width()];
    Arrays.setAll(positions, i -> i % batch.width());
    NDArray words = lookup(scope.create(batch.ids(), shape), wordEmbeddings); // [B, S, H]
    NDArray places = lookup(scope.create(positions, shape), positionEmbeddings); // [B, S, H]
    NDArray types = lookup(scope.create(batch.types(), shape), typeEmbeddings); // [B, S, H]
    NDArray sum =
        hooks
            .at(Site.EMBED, words)
            .add(hooks.at(Site.TOKEN_TYPE_EMBED, types))
            .addi(hooks.at(Site.POS_EMBED, places));
    return hooks.at(Site.FULL_EMBED, embeddingNorm.apply(sum)); // [B, S, H]
  }

  static NDArray lookup(NDArray ids, NDArray table) {
    return ids.getNDArrayInternal().embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
  }

  NDArray mask(TokenBatch batch, NDManager scope) {
    int width = batch.width();
    float[] values = new float[batch.size() * width];
    for (int row = 0; row < batch.size(); row++) {
      int length = batch.sequences().get(row).length();
      Arrays.fill(values, row * width + length, (row + 1) * width, -Float.MAX_VALUE);
    }
    return scope.create(values, new Shape(batch.size(), 1, 1, width)).toType(type, false);
  }

  static float[][] rows(NDArray output, int size) {
    int columns = (int) (output.size() / size);
    float[] flat = output.toType(DataType.FLOAT32, false).toFloatArray();
    float[][] rows = new float[size][];
    for (int row = 0; row < size; row++) {
      rows[row] = Arrays.copyOfRange(flat, row * columns, (row + 1) * columns);
    }
    return rows;
  }

  private void check(TokenBatch batch) {
    if (batch.width() > config.maxPositions()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a text of %d tokens; this model takes at most %d",
              batch.width(),
              config.maxPositions()));
    }
    for (TokenSequence sequence : batch.sequences()) {
      for (int i = 0; i < sequence.length(); i++) {
        inRange("token id", sequence.ids()[i], config.vocabulary());
        inRange("token type", sequence.types()[i], config.tokenTypes());
      }
    }
  }

  private static void inRange(String what, long value, int bound) {
    if (value < 0 || value >= bound) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s %d is not in 0..%d: the tokenizer does not fit the model",
              what,
              value,
              bound - 1));
    }
  }

  List<BertBlock> blocks() {
    return blocks;
  }

  OutputHead head() {
    return head;
  }

  NDManager newScope() {
    return manager.newSubManager();
  }

  /** The configuration, with the number of positions that are really stored. */
  public ModelConfig config() {
    return config;
  }

  /** The points that hooks can name. */
  public HookRegistry registry() {
    return registry;
  }

  /**
   * The row of the word embedding table for a token id: what the model knows of a token before it
   * has seen any other.
   *
   * @throws IllegalArgumentException if there is no such token
   */
  public float[] wordEmbedding(long id) {
    inRange("token id", id, config.vocabulary());
    try (NDManager scope = manager.newSubManager()) {
      NDArray row = lookup(scope.create(new long[] {id}), wordEmbeddings); // [1, H]
      return row.toType(DataType.FLOAT32, false).toFloatArray();
    }
  }

  /** Numbers per text in the output: labels of a classifier, width of a pooled vector. */
  public int outputs() {
    return head.outputs();
  }

  /** Whether the output depends on the first token's last hidden state alone. */
  public boolean readsFirstOnly() {
    return head.readsFirstOnly();
  }

  /** Number of weights that the forward pass uses. */
  public long parameters() {
    return parameters;
  }

  /**
   * Floating-point operations of all matrix products since the model was opened, a multiplication
   * and an addition counted as two.
   */
  public long operations() {
    return work.sum();
  }

  /** Native arrays that this model holds now: its weights, and nothing more between calls. */
  public int liveArrays() {
    return manager.getManagedArrays().size();
  }

  @Override
  public void close() {
    manager.close();
  }
}
