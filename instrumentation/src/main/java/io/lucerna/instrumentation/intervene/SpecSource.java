package io.lucerna.instrumentation.intervene;

/**
 * Something outside a spec that the spec names; its content decides what the spec does.
 *
 * @param kind what it is
 * @param name the name in the spec
 */
public record SpecSource(Kind kind, String name) {

  /** What a spec can name. */
  public enum Kind {
    /** A file of vectors. */
    VECTORS,
    /** A recording. */
    RECORDING,
    /** The code of a custom hook. */
    CODE;

    /** The setting of a spec that names it. */
    String key() {
      return switch (this) {
        case VECTORS -> "vector";
        case RECORDING -> "from";
        case CODE -> "code";
      };
    }
  }
}
