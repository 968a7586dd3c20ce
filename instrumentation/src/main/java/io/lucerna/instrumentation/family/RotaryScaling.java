package io.lucerna.instrumentation.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.nn.Rotary;
import java.util.List;

/**
 * The rotary positions that {@code config.json} describes: {@code rope_parameters} of transformers
 * 5, or {@code rope_theta} and {@code rope_scaling} of transformers 4. Some scale the frequencies,
 * so that a model trained on short texts reads longer ones.
 *
 * <p>Arithmetic is fp32 where the reference's is ({@link Rotary} says why).
 */
final class RotaryScaling {
  private static final List<String> KNOWN = List.of("default", "linear", "llama3", "yarn");
  private static final List<String> BY_LENGTH = List.of("dynamic", "longrope");
  private static final double THETA = 10000;

  private final Settings scaling;
  private final double theta;
  private final int width;
  private final int trained;

  private RotaryScaling(Settings settings, ModelConfig config) {
    boolean older = settings.has("rope_scaling");
    scaling = settings.object(older ? "rope_scaling" : "rope_parameters");
    theta = scaling.decimal("rope_theta", settings.decimal("rope_theta", THETA));
    width = config.headWidth();
    int stated = scaling.integer("original_max_position_embeddings", config.maxPositions());
    trained = settings.integer("original_max_position_embeddings", stated);
  }

  /**
   * Reads the positions of a model all of whose layers have the same.
   *
   * @throws IllegalArgumentException if a number is out of range
   * @throws io.lucerna.instrumentation.checkpoint.CheckpointException if the scaling is not known
   */
  static Rotary rotary(Settings settings, ModelConfig config) {
    if (settings.decimal("partial_rotary_factor", 1) != 1) {
      throw settings.error("partial_rotary_factor must be 1: heads turn as a whole");
    }
    return new RotaryScaling(settings, config).rotary();
  }

  private Rotary rotary() {
    for (JsonNode value : scaling.json()) {
      if (value.isObject()) {
        throw scaling.error(
            "rope_parameters differ between kinds of layers, which this family does not have");
      }
    }
    String type = scaling.text("rope_type", scaling.text("type", "default"));
    if (scaling.decimal("partial_rotary_factor", 1) != 1) {
      throw scaling.error("partial_rotary_factor must be 1: heads turn as a whole");
    }
    return switch (type) {
      case "default" -> Rotary.of(theta, width);
      case "linear" -> linear();
      case "llama3" -> llama3();
      case "yarn" -> yarn();
      default ->
          throw scaling.error(
              "rope_type "
                  + type
                  + " is not supported; supported: "
                  + String.join(", ", KNOWN)
                  + (BY_LENGTH.contains(type)
                      ? ". It depends on the longest text of a batch, so a score would too"
                      : ""));
    };
  }

  /** All frequencies divided by a factor (Chen et al. 2023, section 2.3). */
  private Rotary linear() {
    float factor = (float) factor();
    float[] frequencies = Rotary.of(theta, width).frequencies();
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] /= factor;
    }
    return new Rotary(frequencies, 1);
  }

  /**
   * Low frequencies divided by a factor, high ones as they are, those between by a mixture
   * (Grattafiori et al. 2024, "The Llama 3 Herd of Models", section 3.2; the formula is in their
   * code).
   */
  private Rotary llama3() {
    float factor = (float) factor();
    float low = (float) positive("low_freq_factor");
    float high = (float) positive("high_freq_factor");
    if (!(high > low)) {
      throw scaling.error(
          "high_freq_factor must be above low_freq_factor, got " + high + " and " + low);
    }
    float[] frequencies = Rotary.of(theta, width).frequencies();
    for (int i = 0; i < frequencies.length; i++) {
      float frequency = frequencies[i];
      float wavelength = (float) (2 * Math.PI) / frequency;
      if (wavelength > (float) ((double) trained / low)) {
        frequencies[i] = frequency / factor;
      } else if (wavelength >= (float) ((double) trained / high)) {
        float share = (trained / wavelength - low) / (high - low);
        frequencies[i] = (1 - share) * frequency / factor + share * frequency;
      }
    }
    return new Rotary(frequencies, 1);
  }

  /** YaRN (Peng et al. 2023, section 3). */
  private Rotary yarn() {
    double factor = factor();
    double fast = scaling.decimal("beta_fast", 32);
    double slow = scaling.decimal("beta_slow", 1);
    boolean whole = scaling.flag("truncate", true);
    double low = pair(fast);
    double high = pair(slow);
    low = Math.max(whole ? Math.floor(low) : low, 0);
    high = Math.min(whole ? Math.ceil(high) : high, width - 1);
    high = low == high ? high + 0.001 : high;
    float[] powers = Rotary.powers(theta, width);
    float[] frequencies = new float[powers.length];
    for (int i = 0; i < powers.length; i++) {
      float ramp = Math.clamp((i - (float) low) / (float) (high - low), 0f, 1f);
      float kept = 1 - ramp;
      frequencies[i] = 1 / ((float) factor * powers[i]) * (1 - kept) + 1 / powers[i] * kept;
    }
    return new Rotary(frequencies, attentionFactor(factor));
  }

  /** The number of the pair that turns so often within the trained length. */
  private double pair(double turns) {
    return width * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  private double attentionFactor(double factor) {
    double all = scaling.decimal("mscale_all_dim", 0);
    double one = scaling.decimal("mscale", 0);
    double stated =
        one != 0 && all != 0 ? grown(factor, one) / grown(factor, all) : grown(factor, 1);
    return scaling.decimal("attention_factor", stated);
  }

  private static double grown(double factor, double share) {
    return factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;
  }

  private double factor() {
    return positive("factor");
  }

  private double positive(String key) {
    double value = scaling.decimal(key, 0);
    if (!(value > 0)) {
      throw scaling.error(
          key
              + " of rotary positions must be a number above 0, got "
              + (scaling.has(key) ? scaling.json().get(key) : "nothing"));
    }
    return value;
  }
}
