package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.Task;
import java.util.Map;

/**
 * Qwen2 (Yang et al. 2024), whose queries, keys and values have biases, and Qwen3 (Yang et al.
 * 2025), whose queries and keys have norms.
 */
final class Qwen extends CausalFamily {
  static final Family SECOND = new Qwen(false).family("qwen2", "Qwen2");
  static final Family THIRD = new Qwen(true).family("qwen3", "Qwen3");

  private final boolean third;

  private Qwen(boolean third) {
    this.third = third;
  }

  @Override
  Map<Task, Prompt> prompts() {
    return third ? Map.of(Task.ANSWERS, Prompt.QWEN3, Task.LABELS, Prompt.QWEN3) : super.prompts();
  }

  @Override
  int maxPositions() {
    return 32768;
  }

  @Override
  int keyHeads(int heads) {
    return 32;
  }

  @Override
  int headWidth(Settings settings, int width, int heads) {
    return third ? 128 : super.headWidth(settings, width, heads);
  }

  @Override
  Biases biases(Settings settings) {
    boolean bias = settings.flag("attention_bias", false);
    return third ? new Biases(bias, bias, false) : new Biases(true, false, false);
  }

  @Override
  boolean normsQueriesAndKeys() {
    return third;
  }

  /** Layers from {@code max_window_layers} on have a window, if any have. */
  @Override
  int window(Settings settings, int layer) {
    boolean used = settings.flag("use_sliding_window", false);
    boolean late = layer >= settings.integer("max_window_layers", 28);
    if (!slides(settings, layer, used && late)) {
      return CausalModel.UNLIMITED;
    }
    if (!used) {
      throw settings.error("layer_types has sliding_attention, but use_sliding_window is false");
    }
    return window(settings);
  }
}
