package io.lucerna.instrumentation.sweep;

import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.replay.Trace;
import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Iterator;
import java.util.List;

/**
 * Patches every cell of a sweep in a pair, one cell at a time, and scores the recipient under each
 * patch.
 *
 * @param model the model
 * @param side what its inputs are
 * @param sweep the cells
 * @param method how: fast, or plainly one forward pass for each cell
 * @param batch cells that go through the network together, which bounds memory
 * @param width positions of each input, filled up with padding; 0 for no padding
 */
public record PatchingSweep(
    HookedModel model, Side side, Sweep sweep, Method method, int batch, int width) {
  private static final String NAME = "the model";

  /** How the scores of cells are found. */
  public sealed interface Method permits Exact, Estimate {
    /**
     * Nothing is computed twice that a patch does not change. Where a block of the model gives no
     * way to do so, as one with a convolution, its cells are computed plainly.
     */
    Method FAST = Exact.FAST;

    /** One forward pass for each cell: the reference. */
    Method PLAIN = Exact.PLAIN;

    /**
     * {@return the name in options and files: {@code exact}, {@code atp}, {@code atp-qk}, {@code
     * ig:5} or {@code frozen}}
     */
    String option();

    /**
     * {@return what one pair costs in one direction}
     *
     * @param cells all cells of the sweep
     * @param model what the model is made of
     * @param width how many positions its inputs have, padding included
     */
    Cost cost(List<Cell> cells, ModelConfig model, int width);
  }

  /**
   * How often a text goes through the network. What is left of a pass where a fast sweep enters it
   * late counts as one.
   *
   * @param forwards there
   * @param backwards and back
   */
  public record Cost(long forwards, long backwards) {
    /**
     * {@return what both cost together}
     *
     * @param other another one
     */
    public Cost plus(Cost other) {
      return new Cost(forwards + other.forwards, backwards + other.backwards);
    }
  }

  /** Two ways to the same numbers, within 1e-6 x max(1, abs(score)). */
  public enum Exact implements Method {
    /** {@link Method#FAST}. */
    FAST,
    /** {@link Method#PLAIN}. */
    PLAIN;

    @Override
    public String option() {
      return "exact";
    }

    @Override
    public Cost cost(List<Cell> cells, ModelConfig model, int width) {
      return new Cost(2L + cells.size(), 0);
    }
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if the model lacks what the sweep names, or {@code batch} is
   *     less than 1
   */
  public PatchingSweep {
    sweep.check(model.config());
    boolean neighbours = model.blocks().stream().anyMatch(block -> !block.byPosition());
    if (method instanceof Estimate estimate && estimate.patterns() && neighbours) {
      throw new IllegalArgumentException(
          estimate.option() + " needs blocks without a convolution; atp takes this model");
    }
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, got " + batch);
    }
  }

  /**
   * {@return the same sweep by another method}
   *
   * @param other how the scores of cells are found
   * @throws IllegalArgumentException if the method does not take the model
   */
  public PatchingSweep by(Method other) {
    return new PatchingSweep(model, side, sweep, other, batch, width);
  }

  /**
   * Patches one pair in one direction.
   *
   * @param pair the two inputs
   * @param direction which of them takes the other's activations
   * @param readout what makes one score of the model's output
   * @return the score of each cell, and of both runs without a patch
   * @throws IllegalArgumentException if an input is longer than {@code width}
   * @throws IllegalStateException if the model is closed
   */
  public SweepResult run(AlignedPair pair, Direction direction, Readout readout) {
    return run(direction.recipient(pair), direction.donor(pair), direction, readout);
  }

  /**
   * Patches a recipient with the activations of any donor of the same length.
   *
   * @param recipient the input whose run takes activations
   * @param donor the input whose run gives them
   * @param direction what the result is marked with
   * @param readout what makes one score of the model's output
   * @return the score of each cell, and of both runs without a patch
   * @throws IllegalArgumentException if the inputs differ in length, or are longer than {@code
   *     width}
   * @throws IllegalStateException if the model is closed
   */
  public SweepResult run(
      TokenSequence recipient, TokenSequence donor, Direction direction, Readout readout) {
    return model.whileOpen(NAME, () -> patched(recipient, donor, direction, readout));
  }

  private SweepResult patched(
      TokenSequence recipient, TokenSequence donor, Direction direction, Readout readout) {
    TokenBatch into = batch(recipient);
    TokenBatch from = batch(donor);
    if (into.width() != from.width()) {
      throw new IllegalArgumentException(
          "recipient and donor have " + into.width() + " and " + from.width() + " positions");
    }
    List<Cell> cells = sweep.cells(model.config(), recipient.length());
    Scores scores =
        switch (method) {
          case Exact exact -> exactly(exact, into, from, cells, readout);
          case Estimate estimate ->
              new EstimatedSweep(model, into, from, estimate, readout).run(cells);
        };
    return new SweepResult(
        sweep.kind(),
        direction,
        sweep.axes(model.config(), recipient.length()),
        scores.patched(),
        scores.recipient(),
        scores.donor(),
        recipient.tokens());
  }

  /** Scores of all cells, and of both runs without a patch. */
  record Scores(float[] patched, float recipient, float donor) {}

  private Scores exactly(
      Exact how, TokenBatch into, TokenBatch from, List<Cell> cells, Readout readout) {
    try (Trace one = Trace.of(model, into);
        Trace two = Trace.of(model, from)) {
      float[][] outputs =
          how == Exact.FAST
              ? fast(one, two, into, from, cells)
              : PlainSweep.run(model, into, from, cells, batch);
      return new Scores(
          scores(outputs, readout), readout.score(one.output()), readout.score(two.output()));
    }
  }

  private static float[] scores(float[][] outputs, Readout readout) {
    float[] scores = new float[outputs.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = readout.score(outputs[i]);
    }
    return scores;
  }

  private float[][] fast(Trace one, Trace two, TokenBatch into, TokenBatch from, List<Cell> cells) {
    List<Cell> plain = cells.stream().filter(cell -> !one.continues(cell.point())).toList();
    if (plain.isEmpty()) {
      return new FastSweep(one, two, batch).run(cells);
    }
    List<Cell> fast = cells.stream().filter(cell -> one.continues(cell.point())).toList();
    Iterator<float[]> plainly = List.of(PlainSweep.run(model, into, from, plain, batch)).iterator();
    Iterator<float[]> quickly = List.of(new FastSweep(one, two, batch).run(fast)).iterator();
    return cells.stream()
        .map(cell -> one.continues(cell.point()) ? quickly.next() : plainly.next())
        .toArray(float[][]::new);
  }

  /**
   * A control: the recipient with z, attention and MLP outputs and the residual stream of every
   * layer taken from its own run. The same output as without a patch, to the bit.
   *
   * @param recipient the input that is recipient and donor
   * @return the model's output [outputs]
   * @throws IllegalStateException if the model is closed
   */
  public float[] patchedWithItself(TokenSequence recipient) {
    return model.whileOpen(NAME, () -> Controls.itself(model, batch(recipient)));
  }

  /**
   * A control: the recipient with the donor's whole residual stream before the first layer. The
   * donor's output, to the bit.
   *
   * @param recipient the input whose run takes the residual stream
   * @param donor the input whose run gives it, of the same length
   * @return the model's output [outputs]
   * @throws IllegalStateException if the model is closed
   */
  public float[] patchedWhole(TokenSequence recipient, TokenSequence donor) {
    return model.whileOpen(NAME, () -> Controls.whole(model, batch(recipient), batch(donor)));
  }

  /**
   * A baseline: the recipient with the residual stream before the first layer taken from an
   * unrelated pair's donor, at the positions where the pair's inputs differ. The rows are those
   * where the unrelated pair differs, in order, and again from the first where they run out.
   *
   * @param pair the two inputs, one of which takes activations
   * @param unrelated a pair about something else, one of whose inputs gives them
   * @param direction which input of each pair that is
   * @return the model's output [outputs]
   * @throws IllegalStateException if the model is closed
   */
  public float[] patchedUnrelated(AlignedPair pair, AlignedPair unrelated, Direction direction) {
    return model.whileOpen(
        NAME,
        () ->
            Controls.rows(
                model,
                batch(direction.recipient(pair)),
                pair.changed(),
                batch(direction.donor(unrelated)),
                unrelated.changed()));
  }

  private TokenBatch batch(TokenSequence input) {
    int positions = width == 0 ? input.length() : width;
    return TokenBatch.repeated(input, 1, model.config().padId(), side, positions);
  }
}
