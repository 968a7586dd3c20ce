package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What counts as constant in the network made linear around a pass. */
public interface Constants {
  /** One of them. What is made anew has no derivative. */
  NDArray of(Supplier<NDArray> made);

  /** Whether they are those of another pass. */
  boolean known();

  /** Those of each pass itself. */
  static Constants computed() {
    return new Constants() {
      @Override
      public NDArray of(Supplier<NDArray> made) {
        return made.get().stopGradient();
      }

      @Override
      public boolean known() {
        return false;
      }
    };
  }

  /**
   * Those of a first pass, kept for others of the same text, which ask for them in the same order.
   * One that is made in the course of making another is not asked for again, and is not kept.
   */
  final class Kept implements Constants {
    private final NDManager scope;
    private final List<NDArray> kept = new ArrayList<>();
    private int within;

    /**
     * @param scope holds them
     */
    public Kept(NDManager scope) {
      this.scope = scope;
    }

    @Override
    public NDArray of(Supplier<NDArray> made) {
      within++;
      NDArray constant = made.get().stopGradient();
      within--;
      if (within == 0) {
        NDArray own = constant.stopGradient(); // the pass may close the other
        own.attach(scope);
        kept.add(own);
      }
      return constant;
    }

    @Override
    public boolean known() {
      return false;
    }

    /** The same for one more pass, of one text or of copies of it. */
    public Constants again() {
      return new Constants() {
        private int next;

        @Override
        public NDArray of(Supplier<NDArray> made) {
          return kept.get(next++).stopGradient(); // the pass may close it
        }

        @Override
        public boolean known() {
          return true;
        }
      };
    }
  }
}
