package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.Gradient;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.nn.Workers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.input.PairTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * How a ranker reads a query and a passage: what they become, the batches in which a model reads
 * that, and how its outputs become a score. Whoever scores, records or patches does it by these
 * steps, and gets the same numbers, bit for bit.
 *
 * <p>A reading is of one {@link Side#PAIR}, or of a {@link Side#QUERY} and a {@link Side#PASSAGE}.
 * Thread-safe. It belongs to its ranker, and is of no use once that is closed.
 */
public final class Reading {
  /** How outputs become a score. */
  sealed interface Scoring {
    /** Query and passage in one input, whose logits say how well they fit. */
    record Together(Label label) implements Scoring {}

    /** Query and passage apart, whose outputs are compared. */
    record Apart(Comparison comparison) implements Scoring {}
  }

  /** Tokens of a batch from which on it has no more inputs than by default. */
  private static final int TOKENS = 1024;

  /**
   * Passages that one task turns into tokens: with fewer, it takes longer to wake a thread, and a
   * call that is interrupted waits for the tasks that were begun.
   */
  private static final int PASSAGES = 16;

  private final HookedModel model;
  private final PairTokenizer tokenizer;
  private final Scoring scoring;
  private final int batchSize;
  private final ModelCard card;
  private final CallCounters counters = new CallCounters();

  Reading(
      HookedModel model, PairTokenizer tokenizer, Scoring scoring, int batchSize, ModelCard card) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.scoring = scoring;
    this.batchSize = batchSize;
    this.card = card;
  }

  /** {@return the model} It belongs to the ranker. */
  public HookedModel model() {
    return model;
  }

  /** {@return the points that hooks can name: the model's, and then the score} */
  public HookRegistry points() {
    return model.registry().with(Site.SCORE);
  }

  /**
   * Runs work of several calls that needs the ranker to stay open from its beginning to its end:
   * {@link Ranker#close} waits for it.
   *
   * @param <T> what the work returns
   * @param work what to run, on this thread
   * @return what the work returned
   * @throws IllegalStateException if the ranker is closed
   */
  public <T> T whileOpen(Supplier<T> work) {
    return model.whileOpen("the ranker " + card.name(), work);
  }

  /** {@return what one pair is read as, in order: one PAIR, or a QUERY and a PASSAGE} */
  public List<Side> sides() {
    return switch (scoring) {
      case Scoring.Together together -> List.of(Side.PAIR);
      case Scoring.Apart apart -> List.of(Side.QUERY, Side.PASSAGE);
    };
  }

  /**
   * {@return one side's input, its tokens with their roles, cut to the model's limit}
   *
   * @param side one of {@link #sides()}
   * @param query what the user asked, as plain text
   * @param passage the passage's text; ignored for a QUERY
   * @throws IllegalArgumentException if the query is too long and truncation is strict, or the
   *     ranker has no such side
   */
  public TokenSequence input(Side side, String query, String passage) {
    Given.value(query, "the query");
    Given.value(passage, "the passage");
    if (!sides().contains(side)) {
      throw new IllegalArgumentException(
          side == Side.PAIR
              ? "a bi-encoder reads no pairs"
              : "a cross-encoder reads pairs, it has no side " + side);
    }
    return whileOpen(
        () ->
            switch (side) {
              case PAIR -> tokenizer.pair(query, passage);
              case QUERY -> tokenizer.query(query);
              case PASSAGE -> tokenizer.passage(query, passage);
            });
  }

  /**
   * {@return the inputs of passages, as {@link #input} gives them one by one}
   *
   * @param side one of {@link #sides()}, but not QUERY
   * @param query what the user asked, as plain text
   * @param passages the passages' texts
   * @throws IllegalArgumentException as {@link #input} does
   */
  public List<TokenSequence> inputs(Side side, String query, List<String> passages) {
    List<Callable<List<TokenSequence>>> parts = new ArrayList<>();
    for (int from = 0; from < passages.size(); from += PASSAGES) {
      List<String> some = passages.subList(from, Math.min(from + PASSAGES, passages.size()));
      parts.add(() -> some.stream().map(passage -> next(side, query, passage)).toList());
    }
    return whileOpen(() -> Workers.all(parts)).stream().flatMap(List::stream).toList();
  }

  /** One of many inputs, unless the call is to end. */
  private TokenSequence next(Side side, String query, String passage) {
    Limit.check();
    return input(side, query, passage);
  }

  /**
   * Forms the batches in which inputs of one call are read: longest first, so that almost nothing
   * is padding, and of more than {@value ScorerOptions#DEFAULT_BATCH} inputs only as many as have
   * {@value #TOKENS} tokens, since more make a pass slower, and leave cores without one. Every
   * batch remembers which inputs it holds. Which inputs share a batch depends on nothing but the
   * list, so that results repeat bit for bit. Without hooks, a bi-encoder's inputs are the passages
   * of the call without repetition.
   *
   * @param side what the inputs are
   * @param inputs the inputs, without padding
   * @return the batches, whose {@link TokenBatch#rows()} are numbers in the list of inputs
   */
  public List<TokenBatch> batches(Side side, List<TokenSequence> inputs) {
    Integer[] order = new Integer[inputs.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingInt((Integer i) -> -inputs.get(i).length()));
    List<TokenBatch> batches = new ArrayList<>();
    for (int from = 0; from < order.length; from += batches.getLast().size()) {
      int[] rows = new int[Math.min(size(inputs.get(order[from])), order.length - from)];
      List<TokenSequence> members = new ArrayList<>(rows.length);
      for (int i = 0; i < rows.length; i++) {
        rows[i] = order[from + i];
        members.add(inputs.get(rows[i]));
      }
      batches.add(new TokenBatch(members, rows, model.config().padId(), side));
    }
    return batches;
  }

  /** How many inputs a batch has whose longest one is this. */
  private int size(TokenSequence longest) {
    return Math.min(batchSize, Math.max(ScorerOptions.DEFAULT_BATCH, TOKENS / longest.length()));
  }

  /**
   * {@return the model's outputs for inputs of one side, in their order}
   *
   * @param side what the inputs are
   * @param inputs the inputs, without padding
   * @param hooks those of the model's points
   */
  public float[][] outputs(Side side, List<TokenSequence> inputs, Hooks hooks) {
    List<TokenBatch> batches = batches(side, inputs);
    return ordered(batches, model.forwardAll(batches, hooks), inputs.size());
  }

  /** What batches hold, in the order of the inputs. */
  private static float[][] ordered(List<TokenBatch> batches, List<float[][]> outputs, int inputs) {
    float[][] ordered = new float[inputs][];
    for (int i = 0; i < batches.size(); i++) {
      int[] rows = batches.get(i).rows();
      for (int row = 0; row < rows.length; row++) {
        ordered[rows[row]] = outputs.get(i)[row];
      }
    }
    return ordered;
  }

  /**
   * Turns the model's output for one side into a score, while the other side stays as it is.
   *
   * @param side the side whose output varies
   * @param fixed the model's output for the other side; ignored for a PAIR
   * @return what makes the score of the varying side's output, with its derivatives
   */
  public Readout readout(Side side, float[] fixed) {
    return new Readout() {
      @Override
      public float score(float[] output) {
        return switch (scoring) {
          case Scoring.Together(Label label) -> label.of(output);
          case Scoring.Apart(Comparison comparison) ->
              side == Side.QUERY ? comparison.of(output, fixed) : comparison.of(fixed, output);
        };
      }

      @Override
      public float[] slope(float[] output) {
        return slope(output, Gradient.TRUE);
      }

      @Override
      public float[] frozenSlope(float[] output) {
        return slope(output, Gradient.FROZEN);
      }

      private float[] slope(float[] output, Gradient kind) {
        return switch (scoring) {
          case Scoring.Together(Label label) -> label.slope(output);
          case Scoring.Apart(Comparison comparison) ->
              side == Side.QUERY
                  ? comparison.slopeByQuery(output, fixed, kind)
                  : comparison.slopeByPassage(fixed, output, kind);
        };
      }
    };
  }

  /**
   * Scores by every layer. What the layers make of a batch is scored and dropped in its task: all
   * of it, of all batches, can be gigabytes.
   *
   * @return by layer, the embeddings first, and by passage
   */
  float[][] lens(String query, List<String> passages) {
    Side side = sides().getLast();
    List<Readout> readouts = readoutsByLayer(side, query);
    List<TokenSequence> inputs = inputs(side, query, passages);
    float[][] scores = new float[readouts.size()][inputs.size()];
    model.runAll(
        batches(side, inputs).stream()
            .<Callable<Integer>>map(
                batch ->
                    () -> {
                      List<float[][]> layers = model.lens(batch);
                      for (int i = 0; i < scores.length; i++) {
                        score(batch, layers.get(i), readouts.get(i), Hooks.none(), scores[i]);
                      }
                      return batch.size();
                    })
            .toList());
    return scores;
  }

  /** A bi-encoder's query is read at the same layer as the passages. */
  private List<Readout> readoutsByLayer(Side side, String query) {
    if (side == Side.PAIR) {
      return Collections.nCopies(model.blocks().size() + 1, readout(side, new float[0]));
    }
    List<TokenSequence> asked = List.of(input(Side.QUERY, query, ""));
    return model.lens(batches(Side.QUERY, asked).getFirst()).stream()
        .map(layer -> readout(side, layer[0]))
        .toList();
  }

  /**
   * A score as a weighted sum of one side's output.
   *
   * @param weights one for each number of the output
   * @param constant what is added to the sum
   */
  record Linear(float[] weights, double constant) {}

  /**
   * The score as a weighted sum, with all it divides by held constant.
   *
   * @param side the side whose output varies
   * @param output the model's output for it
   * @param fixed the model's output for the other side; ignored for a PAIR
   */
  Linear linear(Side side, float[] output, float[] fixed) {
    return scoring instanceof Scoring.Together(Label label)
        ? label.linear(output)
        : new Linear(readout(side, fixed).frozenSlope(output), 0);
  }

  /**
   * Inputs that were read, in their order.
   *
   * @param scores one for each
   * @param outputs what the model made of each
   */
  record Read(float[] scores, float[][] outputs) {}

  /**
   * Reads and scores inputs of the last side.
   *
   * @param hooks all hooks of the call, those at the score too
   */
  Read read(List<TokenSequence> inputs, Readout readout, Hooks hooks) {
    List<TokenBatch> batches = batches(sides().getLast(), inputs);
    Hooks call = hooks.begun();
    Hooks inside = inside(call);
    List<float[][]> outputs =
        inside.goBack()
            ? model.gradientsOfAll(batches, inside, (batch, rows) -> slopes(rows, readout))
            : model.forwardAll(batches, inside);
    float[] scores = new float[inputs.size()];
    for (int i = 0; i < batches.size(); i++) {
      score(batches.get(i), outputs.get(i), readout, call, scores);
    }
    return new Read(scores, ordered(batches, outputs, inputs.size()));
  }

  private static float[][] slopes(float[][] outputs, Readout readout) {
    return Arrays.stream(outputs).map(readout::slope).toArray(float[][]::new);
  }

  /**
   * Goes back from each score to the query, which a bi-encoder reads alone: through as many copies
   * of it.
   *
   * @param query the query's input
   * @param passages what the model made of the passages
   * @param hooks those of the model's points, which see the copies
   */
  void goBackToQuery(TokenSequence query, float[][] passages, Hooks hooks) {
    List<TokenBatch> batches = batches(Side.QUERY, Collections.nCopies(passages.length, query));
    model.gradientsOfAll(
        batches,
        hooks,
        (batch, rows) -> {
          float[][] slopes = new float[rows.length][];
          for (int row = 0; row < rows.length; row++) {
            Readout readout = readout(Side.QUERY, passages[batch.rows()[row]]);
            slopes[row] = readout.slope(rows[row]);
          }
          return slopes;
        });
  }

  /**
   * Scores the outputs of a batch, runs the hooks at the score, and puts each score in its input's
   * place.
   */
  static void score(
      TokenBatch batch, float[][] outputs, Readout readout, Hooks hooks, float[] ordered) {
    float[] own = new float[batch.size()];
    for (int row = 0; row < own.length; row++) {
      own[row] = readout.score(outputs[row]);
    }
    own = ScorePoint.apply(hooks, batch, own);
    for (int row = 0; row < own.length; row++) {
      ordered[batch.rows()[row]] = own[row];
    }
  }

  /**
   * The hooks of a call that are the model's.
   *
   * @throws IllegalArgumentException if a hook names a point that the ranker lacks, or the score's
   *     gradient is all that is asked for
   */
  Hooks inside(Hooks hooks) {
    Hooks inside = ScorePoint.inside(hooks, points(), model.registry());
    if (hooks.goBack() && !inside.goBack()) {
      throw new IllegalArgumentException("the derivative of the score by itself is 1");
    }
    return inside;
  }

  /**
   * {@return a word, such as the filler {@code a}, as it is inside a text; special tokens and words
   * of a prompt around it are marked so}
   *
   * @param text the word, without whitespace
   */
  public TokenSequence word(String text) {
    return whileOpen(() -> tokenizer.word(Given.value(text, "the word")));
  }

  /**
   * {@return the texts that a Hugging Face tokenizer gets to make the input of the last side: one,
   * or the two of a pair; empty where more than a tokenizer makes the input, as in ColBERT}
   *
   * @param query what the user asked, as plain text
   * @param passage the passage's text
   */
  public List<String> texts(String query, String passage) {
    return tokenizer.texts(query, passage);
  }

  /**
   * {@return an input as text, as the tokenizer shows its ids, special tokens included}
   *
   * @param input token ids of this ranker's vocabulary
   */
  public String text(TokenSequence input) {
    return whileOpen(() -> tokenizer.text(input));
  }

  PairTokenizer tokenizer() {
    return tokenizer;
  }

  CallCounters counters() {
    return counters;
  }

  ModelCard card() {
    return card;
  }

  void close() {
    model.close();
    tokenizer.close(); // no call reads with it any more
  }
}
