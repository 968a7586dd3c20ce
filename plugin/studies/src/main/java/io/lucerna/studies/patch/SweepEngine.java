package io.lucerna.studies.patch;

import io.lucerna.base.Internal;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.Readout;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.PatchingSweep.Exact;
import io.lucerna.instrumentation.sweep.Sweep;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.PairAligner;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.input.QueryFit;
import io.lucerna.topics.ContrastPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Sweeps pairs in a ranker. */
@Internal
public final class SweepEngine implements PairSweeper {
  private final Ranker ranker;
  private final SweepSettings settings;
  private final PairAlignment alignment;
  private final PatchingSweep exact;
  private final boolean ofQuery;

  /**
   * Takes over the ranker, which {@link #close} closes.
   *
   * @param ranker the ranker whose activations are patched
   * @param settings what is patched in every pair, and how
   * @throws IllegalArgumentException if the model has no such layer or head, or a method does not
   *     take such a model
   */
  public SweepEngine(Ranker ranker, SweepSettings settings) {
    this.ranker = ranker;
    this.settings = settings;
    this.ofQuery = settings.side() == SweepSettings.Side.QUERY;
    this.alignment = new PairAlignment(ranker, settings.filler(), ofQuery);
    Sweep cells = settings.cells();
    int width = settings.mechir() ? mechirWidth(alignment.side()) : 0;
    this.exact =
        new PatchingSweep(
            ranker.reading().model(), alignment.side(), cells, Exact.FAST, settings.batch(), width);
    // Tells now what a method does not take.
    settings.methods().forEach(exact::by);
  }

  /** MechIR's fixed input lengths. */
  private static int mechirWidth(Side side) {
    return switch (side) {
      case QUERY -> 30;
      case PASSAGE -> 300;
      case PAIR -> 330;
    };
  }

  @Override
  public ModelCard card() {
    return ranker.card();
  }

  @Override
  public Optional<QueryFit> fit(String query) {
    return ranker.fit(query);
  }

  @Override
  public PairOutcome sweep(
      ContrastPair pair, Optional<ContrastPair> unrelated, List<PatchingSweep.Method> methods) {
    PairAligner.Result aligned;
    Readout readout;
    try {
      aligned = align(pair);
      readout = readout(pair);
    } catch (IllegalArgumentException e) {
      return new PairOutcome.Unusable("query too long: " + e.getMessage());
    }
    if (aligned.pair().isEmpty()) {
      return new PairOutcome.Unusable(aligned.problem());
    }
    AlignedPair inputs = aligned.pair().get();
    if (exact.width() > 0 && inputs.length() > exact.width()) {
      return new PairOutcome.Unusable(
          String.format(Locale.ROOT, "too long: more than MechIR's %d tokens", exact.width()));
    }
    Optional<AlignedPair> other = unrelated.flatMap(this::aligned).filter(this::fits);
    List<PairOutcome.Patched> ways = new ArrayList<>();
    for (Direction direction : settings.directions()) {
      float empty = readout.score(exact.patchedWithItself(direction.recipient(inputs)));
      float full =
          readout.score(exact.patchedWhole(direction.recipient(inputs), direction.donor(inputs)));
      float foreign =
          other
              .map(o -> readout.score(exact.patchedUnrelated(inputs, o, direction)))
              .orElse(Float.NaN);
      for (PatchingSweep.Method method : methods) {
        long start = System.nanoTime();
        SweepResult result = exact.by(method).run(inputs, direction, readout);
        double seconds = (System.nanoTime() - start) * 1e-9;
        Optional<PairOutcome.Spent> spent =
            methods.size() == 1
                ? Optional.empty()
                : Optional.of(new PairOutcome.Spent(cost(method, inputs), seconds));
        ways.add(new PairOutcome.Patched(result, method, empty, full, foreign, spent));
      }
    }
    return new PairOutcome.Swept(
        inputs.base().tokens(),
        inputs.perturbed().tokens(),
        alone(pair, pair.base(), readout),
        alone(pair, pair.perturbed(), readout),
        ways);
  }

  private PatchingSweep.Cost cost(PatchingSweep.Method method, AlignedPair inputs) {
    ModelConfig model = ranker.reading().model().config();
    int width = exact.width() == 0 ? inputs.length() : exact.width();
    return method.cost(settings.cells().cells(model, inputs.length()), model, width);
  }

  private PairAligner.Result align(ContrastPair pair) {
    PairAligner.Result result = alignment.align(pair);
    if (!settings.mechir()) {
      return result;
    }
    return new PairAligner.Result(
        result
            .pair()
            .map(p -> new AlignedPair(withoutTypes(p.base()), withoutTypes(p.perturbed()))),
        result.problem());
  }

  /** Another pair's inputs; empty where they cannot be used, which is told when it is its turn. */
  private Optional<AlignedPair> aligned(ContrastPair pair) {
    try {
      return align(pair).pair();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static TokenSequence withoutTypes(TokenSequence input) {
    return new TokenSequence(
        input.ids(), new long[input.length()], input.tokens(), input.truncated(), input.attended());
  }

  private boolean fits(AlignedPair pair) {
    return exact.width() == 0 || pair.length() <= exact.width();
  }

  /** Scores the output of the patched side while the other side stays as it is. */
  private Readout readout(ContrastPair pair) {
    Side side = alignment.side();
    float[] fixed =
        switch (side) {
          case PAIR -> new float[0];
          case PASSAGE -> output(Side.QUERY, ranker.reading().input(Side.QUERY, pair.query(), ""));
          case QUERY ->
              output(Side.PASSAGE, ranker.reading().input(Side.PASSAGE, "", pair.query()));
        };
    return ranker.reading().readout(side, fixed);
  }

  private float[] output(Side side, TokenSequence input) {
    TokenBatch alone =
        TokenBatch.of(List.of(input), ranker.reading().model().config().padId(), side);
    return ranker.reading().model().forward(alone, Hooks.none())[0];
  }

  /** The score of a text that is not filled, read as the pair's are. */
  private float alone(ContrastPair pair, String text, Readout readout) {
    String query = ofQuery ? text : pair.query();
    String passage = ofQuery ? pair.query() : text;
    if (settings.mechir()) {
      Side side = alignment.side();
      return readout.score(
          output(side, withoutTypes(ranker.reading().input(side, query, passage))));
    }
    return ranker.score(query, List.of(passage)).scores()[0];
  }

  @Override
  public void close() {
    ranker.close();
  }
}
