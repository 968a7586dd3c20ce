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
  private @Nullable KeptPairs pairs;
  private boolean closed;

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
   */
  synchronized KeptPairs pairs(Object of, String query, List<String> texts) {
    KeptPairs here = pairs;
    if (here == null || !of.equals(asked)) {
      forget();
      if (closed) {
        throw new IllegalStateException("the server is ending");
      }
      here = new KeptPairs(ranker, query, texts, bytes);
      pairs = here;
      asked = of;
    }
    return here;
  }

  /** Frees the memory. */
  synchronized void forget() {
    if (pairs != null) {
      pairs.close();
      pairs = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    forget();
  }
}
