package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads query and passage apart; the score compares what became of them: the similarity of two
 * vectors (Reimers and Gurevych 2019, section 3), the inner product of two weighted vocabularies,
 * or late interaction of tokens. Hooks see both: first the query, then the passages.
 */
final class BiEncoder implements Ranker {
  /** Most numbers of remembered passages, 400 MB: a text may have as many as the vocabulary. */
  private static final long MOST_REMEMBERED = 100_000_000;

  private final Reading reading;
  private final @Nullable TermCounts counts;

  /** A passage's vector, and what its text became. */
  private record Encoded(float[] vector, TokenSequence tokens) {}

  /** Makes a ranker of a way to read queries and passages apart. */
  BiEncoder(Reading reading) {
    this.reading = reading;
    HookedModel model = reading.model();
    this.counts = model.task() == Task.TERMS ? new TermCounts(model.outputs()) : null;
  }

  @Override
  public Reading reading() {
    return reading;
  }

  @Override
  public PairScores score(String query, List<String> passages, Hooks hooks) {
    Given.value(query, "the query");
    Given.value(hooks, "the argument hooks");
    List<String> texts = Given.list(passages, "passages", "passage");
    return reading.counters().count(() -> reading.whileOpen(() -> scores(query, texts, hooks)));
  }

  private PairScores scores(String query, List<String> passages, Hooks hooks) {
    if (hooks.isEmpty()) {
      return plain(query, passages, new LinkedHashMap<>());
    }
    // A hook sees every passage, repeated ones too, under its place in the list.
    Hooks inside = reading.inside(hooks);
    TokenSequence asked = reading.tokenizer().query(query);
    float[] queryVector = encode(List.of(asked), Side.QUERY, inside.forward())[0];
    List<TokenSequence> tokens = tokens(passages, text -> reading.tokenizer().passage(query, text));
    Reading.Read read = reading.read(tokens, reading.readout(Side.PASSAGE, queryVector), hooks);
    for (float[] output : read.outputs()) {
      count(Side.PASSAGE, output);
    }
    if (inside.goBack()) {
      reading.goBackToQuery(asked, read.outputs(), inside.withoutObservers());
    }
    return PairScores.of(read.scores(), tokens);
  }

  private PairScores plain(String query, List<String> passages, Map<String, Encoded> known) {
    float[] queryVector =
        encode(List.of(reading.tokenizer().query(query)), Side.QUERY, Hooks.none())[0];
    List<String> missing =
        passages.stream().distinct().filter(passage -> !known.containsKey(passage)).toList();
    List<TokenSequence> tokens = tokens(missing, reading.tokenizer()::passage);
    float[][] vectors = encode(tokens, Side.PASSAGE, Hooks.none());
    for (int i = 0; i < vectors.length; i++) {
      known.put(missing.get(i), new Encoded(vectors[i], tokens.get(i)));
    }
    Readout similarity = reading.readout(Side.PASSAGE, queryVector);
    float[] scores = new float[passages.size()];
    List<TokenSequence> read = new ArrayList<>(passages.size());
    for (int i = 0; i < scores.length; i++) {
      Encoded encoded = Objects.requireNonNull(known.get(passages.get(i)));
      scores[i] = similarity.score(encoded.vector);
      read.add(encoded.tokens);
    }
    return PairScores.of(scores, read);
  }

  /** What passages become, unless the call is to end. */
  private static List<TokenSequence> tokens(
      List<String> passages, Function<String, TokenSequence> tokenizer) {
    List<TokenSequence> tokens = new ArrayList<>(passages.size());
    for (String passage : passages) {
      Limit.check();
      tokens.add(tokenizer.apply(passage));
    }
    return tokens;
  }

  private float[][] encode(List<TokenSequence> sequences, Side side, Hooks hooks) {
    float[][] outputs = reading.outputs(side, sequences, hooks);
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
  public Ranker remembering(int passages) {
    Map<String, Encoded> known = new LinkedHashMap<>(16, .75f, true);
    return new Ranker() {
      @Override
      public PairScores score(String query, List<String> texts, Hooks hooks) {
        if (hooks == null || !hooks.isEmpty()) {
          return BiEncoder.this.score(query, texts, hooks);
        }
        Given.value(query, "the query");
        List<String> read = Given.list(texts, "passages", "passage");
        PairScores scores =
            reading.counters().count(() -> reading.whileOpen(() -> plain(query, read, known)));
        forget(known, passages);
        return scores;
      }

      @Override
      public Optional<Sparsity> sparsity() {
        return BiEncoder.this.sparsity();
      }

      @Override
      public Reading reading() {
        return reading;
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
}
