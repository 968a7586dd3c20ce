package io.lucerna.plugin.rerank;

import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.instrumentation.intervene.Touched;
import io.lucerna.plugin.cli.Console;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Reading;
import io.lucerna.studies.ranking.RecordingSources;
import io.lucerna.studies.record.PairSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The interventions of a command at work: hooks for its calls, and the account of what they did.
 */
public final class Interventions implements AutoCloseable {
  private static final HookRegistry NO_POINTS = new HookRegistry(List.of(), Map.of());

  private final CompiledSpec compiled;
  private final RecordingSources sources;

  private Interventions(CompiledSpec compiled, RecordingSources sources) {
    this.compiled = compiled;
    this.sources = sources;
  }

  /**
   * Fits a spec to a ranker.
   *
   * @throws IllegalArgumentException if it does not fit
   */
  public static Interventions of(InterventionSpec spec, Ranker scorer) {
    RecordingSources sources = new RecordingSources(scorer.card().sha256());
    if (spec.isEmpty()) {
      return new Interventions(spec.compile(NO_POINTS, List.of(), sources), sources);
    }
    Reading reading = scorer.reading();
    boolean done = false;
    try {
      CompiledSpec compiled = spec.compile(reading.points(), reading.sides(), sources);
      done = true;
      return new Interventions(compiled, sources);
    } catch (SpecSyntaxException e) {
      throw new IllegalArgumentException(
          "an intervention does not fit the model: " + e.getMessage(), e);
    } finally {
      if (!done) {
        sources.close();
      }
    }
  }

  /** A run's tag with the hash of what was changed, if anything was. */
  public String tag(String runtag) {
    InterventionSpec spec = compiled.spec();
    return spec.isEmpty() ? runtag : runtag + "-iv" + spec.identity(sources).shortHash();
  }

  /** Hooks for one topic's documents. */
  public Hooks hooks(String topic, List<String> docnos) {
    return compiled.hooks(
        topic, docnos.stream().map(docno -> PairSource.Pair.id(topic, docno)).toList());
  }

  /**
   * Says what was done.
   *
   * @throws IdleInterventionException if an intervention changed nothing
   */
  public void finish(Console console) {
    for (Touched touched : compiled.report()) {
      console.say("%s", touched);
    }
    try {
      compiled.check();
    } catch (IllegalStateException e) {
      throw new IdleInterventionException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Adds the spec, its hash, what it names and what it did; nothing if it is empty. */
  public void describe(Provenance provenance) {
    InterventionSpec spec = compiled.spec();
    if (spec.isEmpty()) {
      return;
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("spec", spec.toString());
    fields.put("sha256", spec.identity(sources).sha256());
    fields.put("files", sources.identities(spec));
    List<Object> counts = new ArrayList<>();
    for (Touched touched : compiled.report()) {
      Map<String, Object> count = new LinkedHashMap<>();
      count.put("intervention", touched.intervention().toString());
      count.put("texts", touched.texts());
      count.put("touched", touched.touched());
      count.put("positions", touched.positions());
      count.put("missing", touched.missing());
      counts.add(count);
    }
    fields.put("counts", counts);
    provenance.put("interventions", fields);
  }

  /** The same with nothing counted yet, for another run; closed with this one. */
  public Interventions fresh() {
    return new Interventions(compiled.fresh(), sources);
  }

  @Override
  public void close() {
    sources.close();
  }
}
