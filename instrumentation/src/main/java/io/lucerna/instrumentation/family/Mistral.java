package io.lucerna.instrumentation.family;

/** Mistral (Jiang et al. 2023): Llama with fewer heads of keys and values, and with a window. */
final class Mistral extends CausalFamily {
  static final Family FAMILY = new Mistral().family("mistral", "Mistral");

  private Mistral() {}

  @Override
  int maxPositions() {
    return 131072;
  }

  @Override
  int keyHeads(int heads) {
    return 8;
  }

  @Override
  Biases biases(Settings settings) {
    return new Biases(false, false, false);
  }

  /** The same in all layers; newer versions have none. */
  @Override
  int window(Settings settings, int layer) {
    return window(settings);
  }
}
