package io.lucerna.studies.perturb;

import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Ranker;
import io.lucerna.topics.perturb.TermSimilarity;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Words are alike as the model's word embeddings say, before any context: the cosine of their
 * vectors, each the mean over the word's pieces, less the mean of all words that are known. Static
 * embeddings share a large common direction, which would make all words alike (Mu and Viswanath
 * 2018). Words that share a piece are alike in spelling only, so that none but words of one token
 * are anybody's nearest, or have any. Not thread-safe.
 */
public final class EmbeddingSimilarity implements TermSimilarity {
  private final Ranker ranker;
  private final float[] mean;
  private final Map<String, float[]> vectors = new HashMap<>();
  private final List<String> vocabulary;
  private final Map<String, List<String>> neighbours = new HashMap<>();

  /**
   * {@return a similarity that knows the words of some texts}
   *
   * @param ranker whose word embeddings are compared; it stays the caller's, and must stay open
   * @param texts words of more than two letters and one token that two of them have may be
   *     somebody's nearest
   */
  public static EmbeddingSimilarity of(Ranker ranker, Stream<String> texts) {
    Map<String, Integer> counts = new TreeMap<>();
    texts.forEach(text -> words(text).forEach(word -> counts.merge(word, 1, Integer::sum)));
    counts.values().removeIf(having -> having < 2);
    return new EmbeddingSimilarity(ranker, counts.keySet());
  }

  private static Set<String> words(String text) {
    Set<String> words = new TreeSet<>();
    for (String word : text.split("[^\\p{L}]+", -1)) {
      if (word.length() > 2) {
        words.add(word.toLowerCase(Locale.ROOT));
      }
    }
    return words;
  }

  private EmbeddingSimilarity(Ranker ranker, Set<String> vocabulary) {
    this.ranker = ranker;
    this.vocabulary = vocabulary.stream().filter(word -> pieces(word).size() == 1).toList();
    this.mean = new float[ranker.reading().model().config().width()];
    for (String word : this.vocabulary) {
      add(raw(word), mean, 1f / this.vocabulary.size());
    }
  }

  @Override
  public double of(String word, String other) {
    return dot(vector(word), vector(other));
  }

  @Override
  public List<String> nearest(String word, int count) {
    List<String> found =
        neighbours.computeIfAbsent(word.toLowerCase(Locale.ROOT), w -> sorted(w, count));
    return found.subList(0, Math.min(count, found.size()));
  }

  private List<String> sorted(String word, int count) {
    if (pieces(word).size() != 1) {
      return List.of();
    }
    float[] vector = vector(word);
    Map<String, Double> likeness = new HashMap<>();
    vocabulary.forEach(w -> likeness.put(w, (double) dot(vector, vector(w))));
    return vocabulary.stream()
        .filter(w -> !w.equals(word))
        .sorted(Comparator.comparingDouble(w -> -likeness.getOrDefault(w, 0.0)))
        .limit(count)
        .toList();
  }

  private float[] vector(String word) {
    String key = word.toLowerCase(Locale.ROOT);
    float[] known = vectors.get(key);
    if (known == null) {
      known = raw(key);
      add(mean, known, -1);
      float length = (float) Math.sqrt(dot(known, known));
      for (int i = 0; i < known.length && length > 0; i++) {
        known[i] /= length;
      }
      vectors.put(key, known);
    }
    return known;
  }

  private float[] raw(String word) {
    List<Long> pieces = pieces(word);
    float[] sum = new float[ranker.reading().model().config().width()];
    pieces.forEach(
        piece -> add(ranker.reading().model().wordEmbedding(piece), sum, 1f / pieces.size()));
    return sum;
  }

  /** The ids of a word's tokens. */
  private List<Long> pieces(String word) {
    TokenSequence tokens = ranker.reading().word(word);
    return IntStream.range(0, tokens.length())
        .filter(i -> !tokens.tokens().get(i).special())
        .mapToObj(i -> tokens.ids()[i])
        .toList();
  }

  private static void add(float[] from, float[] to, float times) {
    for (int i = 0; i < to.length; i++) {
      to[i] += times * from[i];
    }
  }

  private static float dot(float[] one, float[] other) {
    float sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
