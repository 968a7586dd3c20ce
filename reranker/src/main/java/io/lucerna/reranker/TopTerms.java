package io.lucerna.reranker;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * The heaviest terms of the texts of one call, seen while a ranker scores them: as interventions
 * left them, if there are any. Use one for each call of {@link Ranker#score}. Read it when that
 * call has ended.
 */
public final class TopTerms {
  /**
   * A term of the vocabulary.
   *
   * @param text the vocabulary's entry
   * @param weight above 0
   */
  public record Term(String text, float weight) {}

  private static final int THE_QUERY = -1;

  private final Ranker ranker;
  private final int most;
  private final Map<Integer, List<Term>> found = new ConcurrentHashMap<>();

  /**
   * Looks for the terms of a ranker's texts.
   *
   * @param ranker the ranker that scores; it stays the caller's
   * @param most how many terms of a text
   * @throws IllegalArgumentException if the ranker gives no weights of terms, or {@code most} is
   *     below 1
   */
  public TopTerms(Ranker ranker, int most) {
    if (most < 1) {
      throw new IllegalArgumentException("top terms must be at least 1 of a text, got " + most);
    }
    if (ranker.reading().model().task() != Task.TERMS) {
      throw new IllegalArgumentException(
          ranker.card().name()
              + " gives no weights of terms; a masked-language model (SPLADE) does");
    }
    this.ranker = ranker;
    this.most = most;
  }

  /**
   * {@return the same hooks, and after them one that looks}
   *
   * @param hooks the call's hooks otherwise
   */
  public Hooks watch(Hooks hooks) {
    Hooks more = hooks.observe(HookPoint.of(Site.TERMS).toString(), this::look);
    return hooks.isConcurrent() ? more.concurrent() : more;
  }

  private void look(HookContext context, NDArray weights) {
    float[] all = weights.toType(DataType.FLOAT32, false).toFloatArray(); // [B, V]
    int vocabulary = all.length / context.batch().size();
    boolean query = context.batch().side() == Side.QUERY;
    for (int row = 0; row < context.batch().size(); row++) {
      int text = query ? THE_QUERY : context.batch().rows()[row];
      found.put(text, heaviest(all, row * vocabulary, vocabulary));
    }
  }

  private List<Term> heaviest(float[] weights, int from, int count) {
    return IntStream.range(0, count)
        .filter(id -> weights[from + id] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble(id -> -weights[from + id]))
        .limit(most)
        .map(id -> new Term(entry(id), weights[from + id]))
        .toList();
  }

  private String entry(long id) {
    return ranker.reading().text(TokenSequence.ofIds(new long[] {id}, new long[1]));
  }

  /** {@return the query's terms, the heaviest first} */
  public List<Term> ofQuery() {
    return found.getOrDefault(THE_QUERY, List.of());
  }

  /**
   * {@return the terms of the passage at that place in the call's list, the heaviest first}
   *
   * @param place the passage's number in the list, from 0
   */
  public List<Term> ofPassage(int place) {
    return found.getOrDefault(place, List.of());
  }
}
