package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads query and passage in one input; the score is a logit for one label, the log of the softmax
 * for two (Nogueira and Cho 2019, section 3), or made of the logits of two answers (Nogueira et al.
 * 2020, section 2).
 */
final class CrossEncoder implements NeuralRanker {
  private final HookedModel model;
  private final PairTokenizer tokenizer;
  private final Label label;
  private final int batchSize;
  private final ModelCard card;

  CrossEncoder(
      HookedModel model, PairTokenizer tokenizer, Label label, int batchSize, ModelCard card) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.label = label;
    this.batchSize = batchSize;
    this.card = card;
  }

  @Override
  public PairScores score(String query, List<String> passages, Hooks hooks) {
    Given.value(query, "the query");
    Given.value(hooks, "the argument hooks");
    List<String> texts = Given.list(passages, "passages", "passage");
    return whileOpen(() -> scores(query, texts, hooks));
  }

  private PairScores scores(String query, List<String> passages, Hooks hooks) {
    List<TokenSequence> pairs = new ArrayList<>(passages.size());
    for (String passage : passages) {
      pairs.add(tokenizer.pair(query, passage));
    }
    Hooks inside = ScorePoint.inside(hooks, points(), model.registry());
    float[] scores = Batches.scores(model, pairs, batchSize, Side.PAIR, hooks, inside, label::of);
    return PairScores.of(scores, pairs);
  }

  @Override
  public Optional<QueryFit> fit(String query) {
    return whileOpen(() -> tokenizer.fit(Given.value(query, "the query")));
  }

  @Override
  public HookedModel model() {
    return model;
  }

  @Override
  public List<Side> sides() {
    return List.of(Side.PAIR);
  }

  @Override
  public TokenSequence input(Side side, String query, String passage) {
    if (side != Side.PAIR) {
      throw new IllegalArgumentException("a cross-encoder reads pairs, it has no side " + side);
    }
    Given.value(query, "the query");
    Given.value(passage, "the passage");
    return whileOpen(() -> tokenizer.pair(query, passage));
  }

  @Override
  public List<TokenBatch> batches(Side side, List<TokenSequence> inputs) {
    return Batches.byLength(inputs, batchSize, model.config().padId(), side);
  }

  @Override
  public Readout readout(Side side, float[] fixed) {
    return label::of;
  }

  @Override
  public TokenSequence word(String text) {
    return whileOpen(() -> tokenizer.word(Given.value(text, "the word")));
  }

  @Override
  public List<String> texts(String query, String passage) {
    return tokenizer.texts(query, passage);
  }

  @Override
  public String text(TokenSequence input) {
    return whileOpen(() -> tokenizer.text(input));
  }

  PairTokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public ModelCard card() {
    return card;
  }

  @Override
  public void close() {
    model.close();
    tokenizer.close(); // no call reads with it any more
  }
}
