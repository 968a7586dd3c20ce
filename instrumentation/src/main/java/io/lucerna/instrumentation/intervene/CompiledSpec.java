package io.lucerna.instrumentation.intervene;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A spec, ready for one ranker: hooks for its calls, and a check when the work is done.
 *
 * <pre>{@code
 * Reading reading = ranker.reading();
 * CompiledSpec compiled =
 *     spec.compile(reading.points(), reading.sides(), SpecSources.withoutRecordings());
 * float[] scores = ranker.score(query, passages, compiled.hooks()).scores();
 * compiled.check();
 * }</pre>
 *
 * <p>Several threads may use one. What is done to a text depends on the text and the spec alone.
 */
public final class CompiledSpec {
  private final InterventionSpec spec;
  private final List<AppliedIntervention> interventions;
  private final List<Tally> tallies;

  CompiledSpec(InterventionSpec spec, List<AppliedIntervention> interventions) {
    this.spec = spec;
    this.interventions = interventions;
    this.tallies = interventions.stream().map(i -> new Tally()).toList();
  }

  /** {@return what this was made of} */
  public InterventionSpec spec() {
    return spec;
  }

  /** {@return hooks for a call whose texts have no ids: chance goes by their tokens} */
  public Hooks hooks() {
    return hooks(TextIds.NONE, Optional.empty());
  }

  /**
   * Hooks for one call.
   *
   * @param query the query's id, which decides chance on the query's side
   * @param pairs for each passage of the call the id of its pair with the query: chance goes by it,
   *     and a patch without a donor looks for it in the recording
   * @return hooks that several threads may call at once, whose effects this object counts
   * @throws IllegalArgumentException if an id is null
   */
  public Hooks hooks(String query, List<String> pairs) {
    return hooks(ids(query, pairs), Optional.empty());
  }

  /**
   * {@return hooks for one call, without those of interventions that are of another side alone:
   * none at all where nothing is done to this side's texts}
   *
   * @param query the query's id, which decides chance on the query's side
   * @param pairs for each passage of the call the id of its pair with the query
   * @param side what the call's texts are
   * @throws IllegalArgumentException if an id is null
   */
  public Hooks hooks(String query, List<String> pairs, Side side) {
    return hooks(ids(query, pairs), Optional.of(side));
  }

  private static TextIds ids(String query, List<String> pairs) {
    return new TextIds(
        Optional.of(Given.value(query, "the query's id")),
        Given.list(pairs, "pairs' ids", "the id of pair"));
  }

  /**
   * {@return whether what is done to a text of this side can depend on the text of the other side}
   *
   * @param side what the text is
   */
  public boolean readsAcross(Side side) {
    return interventions.stream().anyMatch(i -> i.on(side) && i.readsAcross());
  }

  /**
   * {@return whether what is done to a query that is read alone is chosen by the pairs that it is
   * in, so that it is not one query for all of them}
   */
  public boolean asksForPairs() {
    return interventions.stream()
        .anyMatch(
            i ->
                i.on(Side.QUERY)
                    && i.intervention().operation() instanceof Operation.Patch patch
                    && patch.donor().isEmpty());
  }

  List<AppliedIntervention> applied() {
    return interventions;
  }

  private Hooks hooks(TextIds ids, Optional<Side> side) {
    Hooks hooks = Hooks.none();
    for (int i = 0; i < interventions.size(); i++) {
      AppliedIntervention intervention = interventions.get(i);
      if (side.isPresent() && !intervention.on(side.get())) {
        continue;
      }
      for (HookPoint point : intervention.places().keySet()) {
        hooks = hooks.with(point.toString(), intervention.hook(ids, tallies.get(i)));
      }
    }
    return hooks.concurrent();
  }

  /** {@return what was done so far, in the order of the spec's interventions} */
  public List<Touched> report() {
    return IntStream.range(0, interventions.size())
        .mapToObj(i -> tallies.get(i).sum(interventions.get(i).intervention()))
        .toList();
  }

  /**
   * Checks, after the work, that every intervention changed something.
   *
   * @throws IllegalStateException if one was never reached, or found none of its positions in any
   *     text
   */
  public void check() {
    List<String> problems = new ArrayList<>();
    report().forEach(touched -> touched.problem().ifPresent(problems::add));
    if (!problems.isEmpty()) {
      throw new IllegalStateException(problems.stream().collect(Collectors.joining("; ")));
    }
  }

  /** {@return this spec with nothing counted yet, sharing what was loaded} */
  public CompiledSpec fresh() {
    return new CompiledSpec(spec, interventions);
  }
}
