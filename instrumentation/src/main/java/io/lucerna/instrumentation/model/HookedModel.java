package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.call.CallCancelledException;
import io.lucerna.instrumentation.call.CallInterruptedException;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.config.Pooling;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.Loading;
import io.lucerna.instrumentation.family.Network;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.family.Reference;
import io.lucerna.instrumentation.family.Weights;
import io.lucerna.instrumentation.hooks.BoundHooks;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.memory.Gate;
import io.lucerna.instrumentation.memory.Headroom;
import io.lucerna.instrumentation.nn.Block;
import io.lucerna.instrumentation.nn.Derivatives;
import io.lucerna.instrumentation.nn.Embeddings;
import io.lucerna.instrumentation.nn.Leaves;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.nn.Places;
import io.lucerna.instrumentation.nn.Workers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A transformer with its inside in reach: embeddings, blocks, and a head, written over NDArrays
 * with a hook point at every activation. What differs between families is in one file for each.
 *
 * <p>Thread-safe: weights are only read, and every forward call has a native-memory scope of its
 * own. No native memory leaves a call but through hooks that copy it out. After {@link #close}
 * calls throw an {@link IllegalStateException}.
 */
public final class HookedModel implements AutoCloseable {
  private static final String NAME = "the model";

  private final Architecture architecture;
  private final OutputSettings output;
  private final Processor processor;
  private final NDManager manager;
  private final Gate gate;
  private final Network network;
  private final HookRegistry registry;
  private final long parameters;
  private final LongAdder work = new LongAdder();

  private HookedModel(
      Architecture architecture,
      Checkpoint checkpoint,
      OutputSettings output,
      Precision precision,
      Processor processor) {
    Workers.prepare();
    this.architecture = architecture;
    this.output = output;
    this.processor = processor;
    this.manager = NDManager.newBaseManager(processor.device(), "PyTorch");
    this.gate = new Gate(manager::close);
    try {
      Weights weights = new Weights(checkpoint, manager, precision.type(), work);
      network =
          architecture
              .definition()
              .loader()
              .apply(
                  new Loading(
                      architecture.name(),
                      architecture.task(),
                      architecture.settings(),
                      checkpoint,
                      weights,
                      output));
      parameters = weights.parameters();
      registry = new HookRegistry(points(network), sizes(network));
    } catch (IllegalArgumentException e) {
      manager.close();
      throw architecture.settings().error(String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  private static List<HookPoint> points(Network network) {
    List<HookPoint> points = new ArrayList<>();
    network.before().forEach(site -> points.add(HookPoint.of(site)));
    List<? extends Block> blocks = network.blocks();
    for (int layer = 0; layer < blocks.size(); layer++) {
      for (Site site : blocks.get(layer).sites()) {
        points.add(HookPoint.of(layer, site));
      }
    }
    points.addAll(network.head().points());
    return points;
  }

  private static Map<String, Integer> sizes(Network network) {
    ModelConfig config = network.config();
    Map<String, Integer> sizes = new HashMap<>();
    sizes.put("head", config.heads());
    sizes.put("kv_head", config.keyHeads());
    sizes.put("d_head", config.headWidth());
    sizes.put("d_model", config.width());
    sizes.put("d_mlp", config.mlpWidth());
    sizes.put("d_embed", (int) network.wordEmbeddings().getShape().get(1));
    sizes.put("d_vocab", config.vocabulary());
    sizes.putAll(network.head().sizes());
    return sizes;
  }

  /**
   * Loads the model of a folder on the best processor that there is. A vector is the mean of the
   * hidden states; a language model gives no answers: for others, open a ranker, and take its
   * model.
   *
   * @param folder has config.json and the weights; or names in modules.json where they are; or
   *     holds a LoRA adapter, whose base model must then be a local folder
   * @param precision the number type of weights and activations
   * @return the model, which the caller closes
   * @throws CheckpointException if {@code config.json} describes what cannot be run, or a tensor is
   *     missing, unknown, of the wrong shape or not finite
   * @throws IOException if a file cannot be read
   */
  public static HookedModel open(Path folder, Precision precision) throws IOException {
    ModelFolder files = ModelFolder.of(folder);
    try (Checkpoint checkpoint = files.open()) {
      return open(Architecture.read(files), checkpoint, OutputSettings.defaults(), precision);
    }
  }

  /**
   * Loads a model.
   *
   * @param architecture the family, as {@code config.json} says, and what the output is
   * @param checkpoint the weights, which are copied; the caller closes it
   * @param output what of the output the weights do not decide
   * @param precision the number type of weights and activations
   * @param processor what computes the forward passes
   * @return the model, which the caller closes
   * @throws CheckpointException if {@code config.json} describes what cannot be run, or a tensor is
   *     missing, unknown, of the wrong shape or not finite
   */
  @Internal
  public static HookedModel open(
      Architecture architecture,
      Checkpoint checkpoint,
      OutputSettings output,
      Precision precision,
      Processor processor) {
    return new HookedModel(architecture, checkpoint, output, precision, processor);
  }

  /**
   * Loads a model on the best processor that there is.
   *
   * @param architecture the family, as {@code config.json} says, and what the output is
   * @param checkpoint the weights, which are copied; the caller closes it
   * @param output what of the output the weights do not decide
   * @param precision the number type of weights and activations
   * @return the model, which the caller closes
   * @throws CheckpointException as the other {@code open} does
   */
  @Internal
  public static HookedModel open(
      Architecture architecture,
      Checkpoint checkpoint,
      OutputSettings output,
      Precision precision) {
    return open(architecture, checkpoint, output, precision, Processor.best());
  }

  /**
   * Runs a batch.
   *
   * @param batch texts of at most the model's positions, padding included
   * @param hooks what to do at hook points during this call
   * @return one row per text: logits, a vector, or the vectors of its tokens one after the other
   * @throws IllegalArgumentException if a text is longer than the model allows, an id is unknown, a
   *     hook's point does not exist, or a gradient is asked for
   * @throws IllegalStateException if a hook's point was never reached, or the model is closed
   * @throws CallInterruptedException if the thread is interrupted before the batch is begun
   * @throws CallCancelledException if the call's limit is reached before that
   */
  public float[][] forward(TokenBatch batch, Hooks hooks) {
    Given.value(hooks, "the argument hooks");
    check(Given.value(batch, "the batch"));
    if (hooks.goBack()) {
      throw new IllegalArgumentException(
          "a gradient is that of a score: ask the ranker for it, or call gradients");
    }
    Pass pass = Pass.of(hooks.bind(registry, batch));
    return whileOpen(() -> Workers.one(() -> output(pass)));
  }

  /**
   * Runs work that needs the model to stay open from its beginning to its end: {@link #close} waits
   * for it, and what it runs through {@link #runAll} belongs to it.
   *
   * @param <T> what the work returns
   * @param name what the model is called in the message if it is closed
   * @param work what to run, on this thread
   * @return what the work returned
   * @throws IllegalStateException if the model is closed
   */
  public <T> T whileOpen(String name, Supplier<T> work) {
    return gate.call(name, work);
  }

  /**
   * Runs work that needs the model to stay open, and knows no better name for it than "the model".
   *
   * @param <T> what the work returns
   * @param work what to run, on this thread
   * @return what the work returned
   * @throws IllegalStateException if the model is closed
   */
  public <T> T whileOpen(Supplier<T> work) {
    return whileOpen(NAME, work);
  }

  private float[][] output(Pass pass) {
    Headroom.requirePass();
    try (NDManager scope = manager.newSubManager()) {
      return output(whole(scope, pass), pass);
    }
  }

  /** The last hidden states [B, S, H] of a whole pass. */
  private NDArray whole(NDManager scope, Pass pass) {
    return hidden(0, blocks().size(), embedded(scope, pass), pass);
  }

  /** What enters the first block [B, S, H]; what it was made of is freed. */
  NDArray embedded(NDManager scope, Pass pass) {
    try (Pass.Scope parts = pass.within(scope)) {
      NDArray embedded = network.embed(parts.manager(), pass);
      embedded.attach(scope);
      return embedded;
    }
  }

  /**
   * Runs blocks: [B, S, H] to [B, S, H].
   *
   * @param first the block to begin with
   * @param end the block before which it ends
   * @param input what enters the first block, in a scope of the caller
   * @param pass the call that these blocks belong to
   * @return what leaves the last of them, in the same scope
   */
  @Internal
  public NDArray hidden(int first, int end, NDArray input, Pass pass) {
    NDManager scope = input.getManager();
    List<Places> places = first < end ? network.places(pass.batch(), scope) : List.of();
    NDArray hidden = input;
    for (Block block : network.blocks().subList(first, end)) {
      try (Pass.Scope layer = pass.within(scope)) {
        hidden.attach(layer.manager());
        hidden = block.forward(hidden, places.get(block.kind()), pass);
        hidden.attach(scope);
      }
    }
    return hidden;
  }

  /**
   * Runs the head, and checks that every hooked point was reached.
   *
   * @param hidden what left the last block, [B, S, H]
   * @param pass the call that it belongs to
   * @return one row per text, as {@link #forward} returns them
   * @throws IllegalStateException if a hooked point was never reached
   */
  @Internal
  public float[][] output(NDArray hidden, Pass pass) {
    NDArray output = network.head().apply(hidden, pass);
    pass.finish();
    return network.head().rows(output, pass.batch());
  }

  /**
   * Runs a batch, and goes back through it: the hooks that look at gradients are given those of a
   * number that is made of each text's output, such as its score. Each is taken at a leaf of zeros
   * that is added to the activation, after the interventions, so that a point's gradient does not
   * depend on which other points are asked for.
   *
   * <p>The pass uses kernels that have derivatives; its outputs differ from those of {@link
   * #forward} by rounding. Gradients at padding are 0.
   *
   * @param batch texts of at most the model's positions, padding included
   * @param hooks what to do at hook points, with some that look at gradients
   * @param kind of which function
   * @param slope from a batch's outputs to the derivatives of the number by them, in the same shape
   * @return the outputs, as {@link #forward} returns them
   * @throws IllegalArgumentException as {@link #forward} does, and if no gradient is asked for
   * @throws IllegalStateException if a point was never reached
   */
  public float[][] gradients(
      TokenBatch batch, Hooks hooks, Gradient kind, UnaryOperator<float[][]> slope) {
    check(Given.value(batch, "the batch"));
    Map<HookPoint, List<Hook.Observer>> readers = hooks.back(registry);
    if (readers.isEmpty()) {
      throw new IllegalArgumentException("no gradient is asked for");
    }
    return whileOpen(
        () ->
            Workers.one(
                () -> Derivatives.with(() -> gradients(batch, hooks, kind, readers, slope))));
  }

  private float[][] gradients(
      TokenBatch batch,
      Hooks hooks,
      Gradient kind,
      Map<HookPoint, List<Hook.Observer>> readers,
      UnaryOperator<float[][]> slope) {
    Headroom.requirePass();
    try (NDManager scope = manager.newSubManager()) {
      Leaves leaves = new Leaves(readers.keySet(), scope);
      Pass pass = Pass.differentiable(hooks.bind(registry, batch), kind.kernels(), leaves);
      NDArray output = network.head().apply(whole(scope, pass), pass);
      pass.finish();
      float[][] rows = network.head().rows(output, batch);
      NDArray slopes = network.head().slopes(slope.apply(copied(rows)), output, batch);
      JniUtils.backward((PtNDArray) output, (PtNDArray) slopes, false, false);
      return Derivatives.without(
          () -> {
            leaves.all().forEach((point, leaf) -> read(point, leaf, batch, readers));
            return rows;
          });
    }
  }

  /**
   * Runs one text through the network made linear around it.
   *
   * @param <T> what the work returns
   * @param input the text, of at most the model's positions
   * @param side what it is
   * @param work asks the pass for what it wants to know
   * @return what the work returned
   * @throws IllegalArgumentException if the text is longer than the model allows, or an id is
   *     unknown
   * @throws IllegalStateException if the model is closed
   */
  public <T> T linear(TokenSequence input, Side side, Function<LinearPass, T> work) {
    TokenBatch batch = TokenBatch.of(List.of(input), config().padId(), side);
    check(batch);
    return whileOpen(
        () -> {
          try (NDManager scope = manager.newSubManager()) {
            return work.apply(new LinearPass(this, batch, scope));
          }
        });
  }

  private static void read(
      HookPoint point,
      NDArray leaf,
      TokenBatch batch,
      Map<HookPoint, List<Hook.Observer>> readers) {
    try (NDArray gradient = leaf.getGradient()) {
      for (Hook.Observer reader : readers.getOrDefault(point, List.of())) {
        BoundHooks.show(reader, new HookContext(point, batch), gradient.duplicate());
      }
    }
  }

  private static float[][] copied(float[][] rows) {
    return Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
  }

  /**
   * Runs a batch, and applies the model's own head to the residual stream before the first block
   * and after each (the logit lens, nostalgebraist 2020, of a ranker).
   *
   * @param batch texts of at most the model's positions, padding included
   * @return for the embeddings, and for each block in order, what {@link #forward} would return if
   *     it were the last; the last is what it returns, to the bit
   * @throws IllegalArgumentException if a text is longer than the model allows, or an id is unknown
   * @throws IllegalStateException if the model is closed
   */
  public List<float[][]> lens(TokenBatch batch) {
    check(Given.value(batch, "the batch"));
    return whileOpen(() -> Workers.one(() -> layers(batch)));
  }

  private List<float[][]> layers(TokenBatch batch) {
    Headroom.requirePass();
    Pass pass = Pass.of(Hooks.none().bind(registry, batch));
    List<float[][]> outputs = new ArrayList<>();
    try (NDManager scope = manager.newSubManager()) {
      NDArray stream = embedded(scope, pass);
      for (int block = 0; block <= blocks().size(); block++) {
        try (NDManager own = scope.newSubManager()) {
          NDArray read = stream.duplicate(); // a head may free or change what it reads
          read.attach(own);
          outputs.add(output(read, pass));
        }
        if (block < blocks().size()) {
          try (NDManager own = scope.newSubManager()) { // masks can be large
            stream.attach(own);
            stream = hidden(block, block + 1, stream, pass);
            stream.attach(scope);
          }
        }
      }
    }
    return outputs;
  }

  /**
   * Runs batches, several at once on different threads. Hooks are called by one thread at a time,
   * batch after batch, unless they are {@link Hooks#concurrent}.
   *
   * @param batches the batches, which may differ in width
   * @param hooks what to do at hook points, in each batch
   * @return for each batch what {@link #forward} returns
   * @throws IllegalStateException if the model is closed, or as {@link #forward} and {@link
   *     #runAll} do
   */
  public List<float[][]> forwardAll(List<TokenBatch> batches, Hooks hooks) {
    return each(batches, hooks, batch -> forward(batch, hooks));
  }

  /**
   * Runs batches and goes back through them, as {@link #forwardAll} runs them.
   *
   * @param batches the batches, which may differ in width
   * @param hooks what to do at hook points, in each batch
   * @param slope from a batch and its outputs to the derivatives by them
   * @return for each batch what {@link #gradients} returns
   */
  public List<float[][]> gradientsOfAll(
      List<TokenBatch> batches, Hooks hooks, BiFunction<TokenBatch, float[][], float[][]> slope) {
    return each(
        batches,
        hooks,
        batch -> gradients(batch, hooks, Gradient.TRUE, outputs -> slope.apply(batch, outputs)));
  }

  /**
   * Runs work that has hooks on each of some things, such as batches: on one after the other in
   * their order, unless the hooks are {@link Hooks#concurrent}.
   *
   * @param <B> what the work is done on
   * @param <R> what it returns
   * @param all what to run it on
   * @param hooks those of the work
   * @param run the work, which may run forward passes
   * @return the results in their order
   * @throws IllegalStateException as {@link #runAll} does
   */
  @Internal
  public <B, R> List<R> each(List<B> all, Hooks hooks, Function<B, R> run) {
    if (!hooks.isConcurrent()) {
      return whileOpen(() -> all.stream().map(run).toList());
    }
    return runAll(all.stream().<Callable<R>>map(one -> () -> run.apply(one)).toList());
  }

  /**
   * Runs tasks that use this model, and waits for all of them: several at once on a CPU; one after
   * the other on a GPU, where each has the whole of it.
   *
   * @param <T> what a task returns
   * @param tasks what to run; each may run forward passes, and none may close the model
   * @return the results in the order of the tasks
   * @throws RuntimeException what the first failed task threw
   * @throws IllegalStateException if the model is closed
   * @throws CallInterruptedException if the thread was interrupted; the tasks that were begun have
   *     ended
   * @throws CallCancelledException if the call's limit was reached; the same holds
   */
  public <T> List<T> runAll(List<? extends Callable<T>> tasks) {
    return whileOpen(() -> run(tasks));
  }

  private <T> List<T> run(List<? extends Callable<T>> tasks) {
    if (processor == Processor.CPU) {
      return Workers.all(tasks);
    }
    List<T> results = new ArrayList<>(tasks.size());
    tasks.forEach(task -> results.addAll(Workers.all(List.of(task))));
    return results;
  }

  private void check(TokenBatch batch) {
    ModelConfig config = config();
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
        if (config.tokenTypes() > 1) {
          inRange("token type", sequence.types()[i], config.tokenTypes());
        }
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

  /** {@return the network: embeddings, blocks and head} */
  @Internal
  public Network network() {
    return network;
  }

  /** {@return the blocks of the stack that reads the text, from the first to the last} */
  @Internal
  public List<? extends Block> blocks() {
    return network.blocks();
  }

  /**
   * {@return a new scope of native memory, which the caller closes, and which closing the model
   * closes too}
   */
  public NDManager newScope() {
    return manager.newSubManager();
  }

  /**
   * {@return a new scope of native memory, which the caller closes, and which closing the model
   * does not close}
   */
  public NDManager ownScope() {
    return NDManager.newBaseManager(processor.device(), "PyTorch");
  }

  /** {@return the sizes, with the number of positions that are really stored} */
  public ModelConfig config() {
    return network.config();
  }

  /** {@return what the model's output is} */
  public Task task() {
    return architecture.task();
  }

  /** {@return how a vector is made of a text's hidden states, where the output is one} */
  public Pooling pooling() {
    return output.pooling();
  }

  /** {@return the token ids whose logits are the output of a model that answers} */
  public List<Long> answers() {
    return output.answers();
  }

  /** {@return the points that hooks can name} */
  public HookRegistry registry() {
    return registry;
  }

  /** {@return the token ids that have no vector in the output for a passage} */
  public Set<Long> skipped() {
    return output.skipped();
  }

  /**
   * {@return what a reference made with Hugging Face calls a point's activation; empty where no
   * module gives it}
   *
   * @param point one of the model's points
   */
  @Internal
  public Optional<Reference> reference(HookPoint point) {
    int layer = point.layer();
    Site site = point.site();
    Reference own = network.reference(point);
    if (own != null) {
      return Optional.of(own);
    }
    if (point.stack() != Stack.TEXT) {
      return Optional.empty();
    }
    boolean out = layer >= 0 && site == blocks().get(layer).out() && !lastIsNormed(layer);
    if (out) {
      return Optional.of(Reference.of("hidden_states." + (layer + 1)));
    }
    return switch (site) {
      case RESID_PRE -> Optional.of(Reference.of("hidden_states." + layer));
      case PATTERN -> Optional.of(Reference.of("attentions." + layer));
      case FINAL_NORM -> Optional.of(Reference.of("hidden_states." + blocks().size()));
      case FULL_EMBED -> Optional.of(Reference.of("hidden_states.0"));
      case LOGITS -> // a reference has those of all answers, at all positions
          task() == Task.ANSWERS ? Optional.empty() : Optional.of(Reference.of("logits"));
      case MLM_LOGITS -> Optional.of(Reference.of("logits"));
      case TERMS -> Optional.of(Reference.of("splade"));
      case TOKEN_VECTORS -> Optional.of(Reference.of("token_embeddings"));
      default -> Optional.empty();
    };
  }

  /** Hugging Face's last hidden state is what the final norm gives. */
  private boolean lastIsNormed(int layer) {
    return layer == blocks().size() - 1 && network.head() instanceof OutputHead.Normed;
  }

  /**
   * {@return the row of the word embedding table for a token id: what the model knows of a token
   * before it has seen any other}
   *
   * @param id the token's number in the vocabulary
   * @throws IllegalArgumentException if there is no such token
   */
  public float[] wordEmbedding(long id) {
    inRange("token id", id, config().vocabulary());
    return whileOpen(
        () -> {
          try (NDManager scope = manager.newSubManager()) {
            NDArray row =
                Embeddings.lookup(
                    scope.create(new long[] {id}), network.wordEmbeddings()); // [1, E]
            return row.toType(DataType.FLOAT32, false).toFloatArray();
          }
        });
  }

  /** {@return numbers per text in the output: labels, width of a vector; of one token's vector} */
  public int outputs() {
    return network.head().outputs();
  }

  /** {@return whether the output depends on the first token's last hidden state alone} */
  public boolean readsFirstOnly() {
    return network.head().readsFirstOnly();
  }

  /** {@return the number of weights that the forward pass uses} */
  public long parameters() {
    return parameters;
  }

  /**
   * {@return the number of floating-point operations of all matrix products since the model was
   * opened, a multiplication and an addition counted as two}
   */
  public long operations() {
    return work.sum();
  }

  /**
   * {@return the number of native arrays that this model holds now: its weights, of maps twice
   * where they are packed, and nothing more between calls}
   */
  public int liveArrays() {
    return manager.getManagedArrays().size();
  }

  /**
   * Refuses calls from now on, waits for those that run, and frees the weights. Closing again does
   * nothing.
   *
   * @throws IllegalStateException if a hook of a running call closes the model, which would wait
   *     for itself
   */
  @Override
  public void close() {
    gate.close(NAME);
  }
}
