package io.lucerna.instrumentation.family;

/** Llama (Touvron et al. 2023), to version 3.2. */
final class Llama extends CausalFamily {
  static final Family FAMILY = new Llama().family("llama", "Llama");

  private Llama() {}

  @Override
  int maxPositions() {
    return 2048;
  }
}
