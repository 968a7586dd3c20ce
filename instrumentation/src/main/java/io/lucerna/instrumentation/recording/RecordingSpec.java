package io.lucerna.instrumentation.recording;

import io.lucerna.base.Internal;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;
import java.util.Locale;

/**
 * What is recorded, and how it is written.
 *
 * @param points the points, in forward order
 * @param kept what is kept of each input
 * @param gradients whether there are also the derivatives of each pair's score by what is kept
 * @param half whether numbers are stored in fp16, rounded to the nearest, ties to even; in fp32 if
 *     not
 * @param shardBytes the most bytes of activations in one file; only an input that alone has more
 *     gets a larger one
 */
public record RecordingSpec(
    List<PointShape> points, Kept kept, boolean gradients, boolean half, long shardBytes) {

  /** The most bytes of activations in one file unless another number is named. */
  public static final long SHARD_BYTES = 256_000_000;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if {@code shardBytes} is less than 1, or gradients by a mean
   *     are asked for
   */
  @Internal
  public RecordingSpec {
    points = List.copyOf(points);
    if (shardBytes < 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "a shard must have at least 1 byte, got %d", shardBytes));
    }
    if (gradients && kept.mean()) {
      throw new IllegalArgumentException(
          "gradients are by the numbers of positions, not by their mean: keep positions");
    }
  }

  /**
   * {@return a specification for a model: all positions, in fp32, {@value #SHARD_BYTES} bytes in a
   * file}
   *
   * @param model the model whose activations are recorded
   * @param globs names and globs of points; a point that several match is recorded once
   * @throws IllegalArgumentException if one matches no point of the model
   */
  public static RecordingSpec of(HookedModel model, List<String> globs) {
    return new RecordingSpec(
        PointShape.of(globs, model.registry()), Kept.ALL, false, false, SHARD_BYTES);
  }

  /**
   * {@return the same that keeps something else of each input}
   *
   * @param other positions, or the mean over them
   */
  public RecordingSpec withKept(Kept other) {
    return new RecordingSpec(points, other, gradients, half, shardBytes);
  }

  /**
   * {@return the same with gradients or without}
   *
   * @param too whether there are also the derivatives of each pair's score
   * @throws IllegalArgumentException if a mean is kept
   */
  public RecordingSpec withGradients(boolean too) {
    return new RecordingSpec(points, kept, too, half, shardBytes);
  }

  /**
   * {@return the same in another number type}
   *
   * @param fp16 whether numbers are stored in fp16; in fp32 if not
   */
  public RecordingSpec withHalf(boolean fp16) {
    return new RecordingSpec(points, kept, gradients, fp16, shardBytes);
  }

  /**
   * {@return the same in files of another size}
   *
   * @param most the most bytes of activations in one file
   * @throws IllegalArgumentException if that is less than 1
   */
  public RecordingSpec withShardBytes(long most) {
    return new RecordingSpec(points, kept, gradients, half, most);
  }

  /** Bytes of one number. */
  int width() {
    return half ? Short.BYTES : Float.BYTES;
  }

  /**
   * {@return how many bytes an input's activations take, or its gradients}
   *
   * @param input the input, without padding
   */
  public long bytes(TokenSequence input) {
    return bytes(kept.rows(kept.positions().in(input).length), input.length());
  }

  long bytes(int keptRows, int tokens) {
    long numbers = 0;
    for (PointShape point : points) {
      numbers += point.rows(keptRows) * point.perRow(tokens);
    }
    return numbers * width();
  }
}
