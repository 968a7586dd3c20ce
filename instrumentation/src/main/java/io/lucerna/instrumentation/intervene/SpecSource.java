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
    RECORDING
  }
}
