package io.lucerna.explorer;

import io.lucerna.reranker.KeptPairs;
import io.lucerna.reranker.Ranker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the model computed of the candidates that are looked at, so that a change of the model
 * computes again only what lies above it. Others take their place.
 */
final class AtHand implements AutoCloseable {
  private final Ranker ranker;
  private final long bytes;
  private @Nullable Object asked;
  private @Nullable Here here;
  private boolean closed;

  /**
   * The candidates.
   *
   * @param pairs to be scored
   * @param recording of what the plain model computes of them
   */
  record Here(KeptPairs pairs, CandidateRecording recording) {}

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
   * @param of tells them from others
   * @param ids of their pairs with the query
   */
  synchronized Here get(Object of, String query, List<String> texts, List<String> ids) {
    Here known = here;
    if (known == null || !of.equals(asked)) {
      forget();
      if (closed) {
        throw new IllegalStateException("the server is ending");
      }
      KeptPairs pairs = new KeptPairs(ranker, query, texts, bytes);
      known = new Here(pairs, new CandidateRecording(ranker.reading(), pairs, query, ids));
      here = known;
      asked = of;
    }
    return known;
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
