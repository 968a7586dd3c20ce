package io.lucerna.instrumentation.config;

import java.util.Locale;

/**
 * The sizes of a model, as its {@code config.json} and its weights give them.
 *
 * @param architecture the Hugging Face class
 * @param layers number of blocks
 * @param heads attention heads of a block
 * @param keyHeads heads of keys and values, a divisor of {@code heads}
 * @param headWidth width of a head
 * @param width d_model, the size of the residual stream
 * @param mlpWidth d_mlp
 * @param vocabulary number of token ids
 * @param maxPositions the most token ids of one input
 * @param tokenTypes number of token types; 0 where the model has none
 * @param padId the id used for padding
 */
public record ModelConfig(
    String architecture,
    int layers,
    int heads,
    int keyHeads,
    int headWidth,
    int width,
    int mlpWidth,
    int vocabulary,
    int maxPositions,
    int tokenTypes,
    long padId) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException naming the one that cannot be
   */
  public ModelConfig {
    positive("number of layers", layers);
    positive("number of heads", heads);
    positive("number of key heads", keyHeads);
    positive("width of a head", headWidth);
    positive("hidden size", width);
    positive("MLP size", mlpWidth);
    positive("vocabulary size", vocabulary);
    positive("number of positions", maxPositions);
    if (heads % keyHeads != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the number of heads, %d, is not a multiple of the number of key heads, %d",
              heads,
              keyHeads));
    }
    if (padId < 0 || padId >= vocabulary) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "pad_token_id %d is not in 0..%d", padId, vocabulary - 1));
    }
  }

  private static void positive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("the " + what + " must be at least 1, got " + value);
    }
  }

  /**
   * {@return the same with another limit on positions}
   *
   * @param positions the most token ids of one input
   */
  public ModelConfig withMaxPositions(int positions) {
    return new ModelConfig(
        architecture,
        layers,
        heads,
        keyHeads,
        headWidth,
        width,
        mlpWidth,
        vocabulary,
        positions,
        tokenTypes,
        padId);
  }
}
