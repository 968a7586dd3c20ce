package io.lucerna.reranker;

import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;
import java.util.function.Supplier;

/**
 * A ranker whose inside is in reach: what it reads of a query and a passage, the model that reads
 * it, and how the model's outputs become a score.
 */
public sealed interface NeuralRanker extends PairScorer permits CrossEncoder, BiEncoder {

  /** The model. It belongs to the ranker. */
  HookedModel model();

  /**
   * Runs work of several calls that needs the ranker to stay open from its beginning to its end:
   * {@link #close} waits for it.
   *
   * @throws IllegalStateException if the ranker is closed
   */
  default <T> T whileOpen(Supplier<T> work) {
    return model().whileOpen("the ranker " + card().name(), work);
  }

  /** The points that hooks can name: the model's, and then the score. */
  default HookRegistry points() {
    return model().registry().with(Site.SCORE);
  }

  /** What one pair is read as, in order: one PAIR, or a QUERY and a PASSAGE. */
  List<Side> sides();

  /**
   * One side's input, its tokens with their roles, cut to the model's limit.
   *
   * @throws IllegalArgumentException if the query is too long and truncation is strict, or the
   *     ranker has no such side
   */
  TokenSequence input(Side side, String query, String passage);

  /**
   * The batches in which {@link #score} runs inputs of one call: who runs them himself gets the
   * same outputs, bit for bit. Without hooks, a bi-encoder's inputs are the passages of the call
   * without repetition.
   */
  List<TokenBatch> batches(Side side, List<TokenSequence> inputs);

  /**
   * Turns the model's output for one side into a score, while the other side stays as it is.
   *
   * @param side the side whose output varies
   * @param fixed the model's output for the other side; ignored for a PAIR
   */
  Readout readout(Side side, float[] fixed);

  /**
   * A word, such as the filler {@code a}, as it stands inside a text; special tokens and words of a
   * prompt around it are marked so.
   */
  TokenSequence word(String text);

  /**
   * The texts that a Hugging Face tokenizer gets to make the input of the last side: one, or the
   * two of a pair; empty where more than a tokenizer makes the input, as in ColBERT.
   */
  List<String> texts(String query, String passage);

  /** An input as text, as the tokenizer shows its ids, special tokens included. */
  String text(TokenSequence input);
}
