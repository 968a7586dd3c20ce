package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Derivatives;
import io.lucerna.instrumentation.nn.Pass;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.instrumentation.text.TokenSet;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One intervention, ready for one ranker.
 *
 * @param intervention what it was made of
 * @param places what it does at each point, in forward order
 */
record AppliedIntervention(Intervention intervention, Map<HookPoint, Place> places) {

  /**
   * What is done at one point.
   *
   * @param shape the axes there
   * @param heads the targeted heads
   * @param units the targeted numbers of the last axis; of attention, the keys are instead
   * @param edit what becomes of them
   */
  record Place(PointShape shape, int[] heads, int[] units, Edit edit) {}

  /** What is done at one of its points. */
  Place at(HookPoint point) {
    return Objects.requireNonNull(places.get(point));
  }

  /** The same at one of its points alone, for all heads and units. */
  AppliedIntervention everywhere(PointShape shape) {
    Place place =
        new Place(
            shape,
            IntStream.range(0, shape.heads()).toArray(),
            IntStream.range(0, shape.units()).toArray(),
            at(shape.point()).edit);
    return new AppliedIntervention(intervention, Map.of(shape.point(), place));
  }

  /** Whether texts of this side are changed. */
  boolean on(Side side) {
    Optional<Side> only = intervention.target().side();
    return only.isEmpty() || only.get() == side;
  }

  /**
   * Whether what is done to a text read alone can depend on the other text of its pair: on the
   * roles that words have for a query, on the pair's id, or on the score.
   */
  boolean readsAcross() {
    return places.keySet().stream().anyMatch(point -> point.site() == Site.SCORE)
        || intervention.target().at().filter(TokenSet::partPassage).isPresent()
        || intervention.target().keys().filter(TokenSet::partPassage).isPresent()
        || intervention.operation().readsAcross();
  }

  /** The hook for a call, which counts what it did. */
  Hook.Intervention hook(TextIds ids, Tally tally) {
    HookPoint first = places.keySet().iterator().next();
    return (context, activation) -> {
      Place place = places.get(context.point());
      if (place != null && on(context.batch().side())) {
        edit(place, context, activation, ids, context.point().equals(first) ? tally : new Tally());
      }
      return activation;
    };
  }

  /** Edits the texts of a batch in place. */
  private void edit(
      Place place, HookContext context, NDArray activation, TextIds ids, Tally counts) {
    TokenBatch batch = context.batch();
    Target target = intervention.target();
    boolean byPosition = place.shape.hasPositions();
    boolean byKey = place.shape.hasKeys();
    try (Pass.Scope outer = within(activation.getManager())) {
      NDArray texts = Rows.texts(activation, place.shape);
      texts.attach(outer.manager());
      Edit.Step step = place.edit.maker().of(outer.manager(), texts.getDataType());
      for (int row = 0; row < batch.size(); row++) {
        TokenSequence tokens = batch.sequences().get(row);
        int[] positions = byPosition ? which(target.at(), tokens) : new int[1];
        int[] elements = byKey ? which(target.keys(), tokens) : place.units;
        if (positions.length == 0 || elements.length == 0) {
          counts.count(0, 0);
          continue;
        }
        try (Pass.Scope own = within(outer.manager())) {
          boolean masked = context.point().site() == Site.ATTN_SCORES;
          Rows rows = new Rows(own.manager(), texts, row, positions, place.heads, elements, masked);
          counts.count(positions.length, step.apply(rows, ids.text(batch, row)));
        }
      }
      if (place.edit.computes()) {
        NotFiniteException.check(activation);
      }
    } catch (NotFiniteException e) {
      String what =
          "the intervention '"
              + intervention
              + "' makes a number of "
              + context.point()
              + " "
              + e.getMessage();
      // Of an operation it is the values that are wrong, of a hook its code.
      throw intervention.operation() instanceof Operation.Custom
          ? new CustomHookException(what, e)
          : new IllegalArgumentException(what, e);
    }
  }

  /** A scope that stays where PyTorch can go back through what is computed in it. */
  private static Pass.Scope within(NDManager outer) {
    return new Pass.Scope(outer.newSubManager(), Derivatives.wanted());
  }

  private static int[] which(Optional<TokenSet> tokens, TokenSequence text) {
    if (tokens.isPresent()) {
      return tokens.get().in(text);
    }
    int[] all = new int[text.length()];
    Arrays.setAll(all, i -> i);
    return all;
  }
}
