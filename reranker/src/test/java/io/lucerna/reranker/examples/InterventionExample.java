package io.lucerna.reranker.examples;

import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.reranker.Ranker;
import java.util.List;

/** The example of docs/interventions.md. */
final class InterventionExample {
  private InterventionExample() {}

  static float[] without(Ranker ranker, String query, List<String> passages) {
    InterventionSpec spec = InterventionSpec.parse("zero blocks.0.attn.hook_z head=0 at=match");
    CompiledSpec compiled =
        spec.compile(
            ranker.reading().points(), ranker.reading().sides(), SpecSources.withoutRecordings());
    float[] scores = ranker.score(query, passages, compiled.hooks()).scores();
    compiled.check();
    return scores;
  }
}
