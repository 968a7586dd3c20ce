package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.family.Task;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads query and passage apart; the score compares what became of them: the similarity of two
 * vectors (Reimers and Gurevych 2019, section 3), the inner product of two weighted vocabularies,
 * or late interaction of tokens. Hooks see both: first the query, then the passages.
 */
final class BiEncoder implements NeuralRanker {
  /** Most numbers of remembered passages, 400 MB: a text may have as many as the vocabulary. */
  private static final long MOST_REMEMBERED = 100_000_000;

  private final HookedModel model;
  private final PairTokenizer tokenizer;
  private final Comparison comparison;
  private final int batchSize;
  private final ModelCard card;
  private final @Nullable TermCounts counts;

  /** A passage's vector, and what its text became. */
  private record Encoded(float[] vector, TokenSequence tokens) {}

  BiEncoder(
      HookedModel model,
      PairTokenizer tokenizer,
      Comparison comparison,
      int batchSize,
      ModelCard card) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.comparison = comparison;
    this.batchSize = batchSize;
    this.card = card;
    this.counts = model.task() == Task.TERMS ? new TermCounts(model.outputs()) : null;
  }

  @Override
  public PairScores score(String query, List<String> passages, Hooks hooks) {
    Given.value(query, "the query");
    Given.value(hooks, "the argument hooks");
    List<String> texts = Given.list(passages, "passages", "passage");
    return whileOpen(() -> scores(query, texts, hooks));
  }

  private PairScores scores(String query, List<String> passages, Hooks hooks) {
    if (hooks.isEmpty()) {
      return plain(query, passages, new LinkedHashMap<>());
    }
    // A hook sees every passage, repeated ones too, under its place in the list.
    Hooks inside = ScorePoint.inside(hooks, points(), model.registry());
    float[] queryVector = encode(List.of(tokenizer.query(query)), Side.QUERY, inside)[0];
    List<TokenSequence> tokens =
        passages.stream().map(text -> tokenizer.passage(query, text)).toList();
    Readout readout =
        output -> {
          count(Side.PASSAGE, output);
          return comparison.of(queryVector, output);
        };
    float[] scores = Batches.scores(model, tokens, batchSize, Side.PASSAGE, hooks, inside, readout);
    return PairScores.of(scores, tokens);
  }

  private PairScores plain(String query, List<String> passages, Map<String, Encoded> known) {
    float[] queryVector = encode(List.of(tokenizer.query(query)), Side.QUERY, Hooks.none())[0];
    List<String> missing =
        passages.stream().distinct().filter(passage -> !known.containsKey(passage)).toList();
    List<TokenSequence> tokens = missing.stream().map(tokenizer::passage).toList();
    float[][] vectors = encode(tokens, Side.PASSAGE, Hooks.none());
    for (int i = 0; i < vectors.length; i++) {
      known.put(missing.get(i), new Encoded(vectors[i], tokens.get(i)));
    }
    float[] scores = new float[passages.size()];
    List<TokenSequence> read = new ArrayList<>(passages.size());
    for (int i = 0; i < scores.length; i++) {
      Encoded encoded = Objects.requireNonNull(known.get(passages.get(i)));
      scores[i] = comparison.of(queryVector, encoded.vector);
      read.add(encoded.tokens);
    }
    return PairScores.of(scores, read);
  }

  private float[][] encode(List<TokenSequence> sequences, Side side, Hooks hooks) {
    float[][] outputs = Batches.run(model, sequences, batchSize, side, hooks);
    for (float[] output : outputs) {
      count(side, output);
    }
    return outputs;
  }

  private void count(Side side, float[] output) {
    if (counts != null) {
      counts.add(side, output);
    }
  }

  @Override
  public Optional<Sparsity> sparsity() {
    return Optional.ofNullable(counts).map(TermCounts::sparsity);
  }

  @Override
  public PairScorer remembering(int passages) {
    Map<String, Encoded> known = new LinkedHashMap<>(16, .75f, true);
    return new PairScorer() {
      @Override
      public PairScores score(String query, List<String> texts, Hooks hooks) {
        if (hooks == null || !hooks.isEmpty()) {
          return BiEncoder.this.score(query, texts, hooks);
        }
        Given.value(query, "the query");
        List<String> read = Given.list(texts, "passages", "passage");
        PairScores scores = whileOpen(() -> plain(query, read, known));
        forget(known, passages);
        return scores;
      }

      @Override
      public Optional<Sparsity> sparsity() {
        return BiEncoder.this.sparsity();
      }

      @Override
      public Optional<QueryFit> fit(String query) {
        return BiEncoder.this.fit(query);
      }

      @Override
      public ModelCard card() {
        return card;
      }

      @Override
      public void close() {
        BiEncoder.this.close();
      }
    };
  }

  /** Drops the least recently used passages until the rest are few and small enough. */
  private static void forget(Map<String, Encoded> known, int passages) {
    long numbers = known.values().stream().mapToLong(e -> e.vector.length).sum();
    Iterator<Encoded> eldest = known.values().iterator();
    while (known.size() > passages || numbers > MOST_REMEMBERED) {
      numbers -= eldest.next().vector.length;
      eldest.remove();
    }
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
    return List.of(Side.QUERY, Side.PASSAGE);
  }

  @Override
  public TokenSequence input(Side side, String query, String passage) {
    Given.value(query, "the query");
    Given.value(passage, "the passage");
    return switch (side) {
      case QUERY -> whileOpen(() -> tokenizer.query(query));
      case PASSAGE -> whileOpen(() -> tokenizer.passage(query, passage));
      case PAIR -> throw new IllegalArgumentException("a bi-encoder reads no pairs");
    };
  }

  @Override
  public List<TokenBatch> batches(Side side, List<TokenSequence> inputs) {
    return Batches.byLength(inputs, batchSize, model.config().padId(), side);
  }

  @Override
  public Readout readout(Side side, float[] fixed) {
    return side == Side.QUERY
        ? output -> comparison.of(output, fixed)
        : output -> comparison.of(fixed, output);
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
