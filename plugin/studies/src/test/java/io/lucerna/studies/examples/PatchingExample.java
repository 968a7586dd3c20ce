package io.lucerna.studies.examples;

import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.patch.PatchSettings;
import io.lucerna.studies.patch.Patching;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.topics.ContrastPair;
import java.util.List;

/** Which neurons of a layer carry a change. */
final class PatchingExample {
  private PatchingExample() {}

  static Patching neurons(Ranker ranker, List<ContrastPair> pairs) {
    SweepSettings sweep = SweepSettings.of(SweepKind.NEURON).layer(1).seed(7).build();
    Patching neurons = Patching.of(ranker, PatchSettings.of(sweep).withRounds(1000), pairs);
    return neurons;
  }
}
