package io.lucerna.explorer;

import io.lucerna.reranker.KeptPairs;
import io.lucerna.reranker.Ranker;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the model computed of the candidates that are looked at, so that a change of the model
 * computes again only what lies above it, and another query for a bi-encoder's passages nothing of
 * them. Others take their place.
 */
final class AtHand implements AutoCloseable {
  private final Ranker ranker;
  private final long bytes;
  private @Nullable Asked asked;
  private @Nullable Here here;
  private boolean closed;

  /**
   * The candidates.
   *
   * @param pairs to be scored
   * @param recording of what the plain model computes of them
   */
  record Here(KeptPairs pairs, CandidateRecording recording) {}

  private record Asked(String query, List<String> texts, List<String> ids) {}

  /**
   * @param bytes of native memory, at most
   */
  AtHand(Ranker ranker, long bytes) {
    this.ranker = ranker;
    this.bytes = bytes;
  }

  /**
   * The candidates, which the model reads unless they are at hand.
   *
   * @param ids of their pairs with the query
   */
  synchronized Here get(String query, List<String> texts, List<String> ids) {
    Asked now = new Asked(query, texts, ids);
    Here known = here;
    if (known == null || !now.equals(asked)) {
      KeptPairs pairs = pairs(now);
      known = new Here(pairs, new CandidateRecording(ranker.reading(), pairs, query, ids));
      here = known;
      asked = now;
    }
    return known;
  }

  private KeptPairs pairs(Asked now) {
    if (here != null && asked != null && asked.texts.equals(now.texts)) {
      Optional<KeptPairs> same = here.pairs.of(now.query);
      if (same.isPresent()) {
        return same.get();
      }
    }
    forget();
    if (closed) {
      throw new IllegalStateException("the server is ending");
    }
    return new KeptPairs(ranker, now.query, now.texts, bytes);
  }

  /** Frees the memory. */
  synchronized void forget() {
    if (here != null) {
      here.pairs.close();
      here = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    forget();
  }
}
