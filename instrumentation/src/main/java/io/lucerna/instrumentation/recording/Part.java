package io.lucerna.instrumentation.recording;

/** What is recorded of an input at a point. */
enum Part {
  /** What the model computes there. */
  ACTIVATION(""),
  /** The derivative of the pair's score by that. */
  GRADIENT(".grad");

  private final String ending;

  Part(String ending) {
    this.ending = ending;
  }

  /** What the names of its tensors have after the point's name. */
  String ending() {
    return ending;
  }
}
