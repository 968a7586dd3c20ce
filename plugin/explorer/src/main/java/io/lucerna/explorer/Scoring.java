package io.lucerna.explorer;

import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.ScoreException;
import io.lucerna.studies.record.PairSource;
import java.util.List;

/** Scores passages that are not the collection's, as {@code rerank} does. Nothing is remembered. */
final class Scoring {
  private final Workbench workbench;

  Scoring(Workbench workbench) {
    this.workbench = workbench;
  }

  /** Scores. */
  ScoreAnswer score(ScoreRequest request) {
    CompiledSpec spec = workbench.compile(request.spec());
    List<String> pairs =
        request.passages().stream()
            .map(passage -> PairSource.Pair.id(request.topic(), passage.docno()))
            .toList();
    List<String> texts = request.passages().stream().map(ScoreRequest.Passage::text).toList();
    PairScores scored;
    try {
      scored = workbench.ranker().score(request.query(), texts, spec.hooks(request.topic(), pairs));
    } catch (IllegalArgumentException | ScoreException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()), e);
    }
    return new ScoreAnswer(
        spec.spec().toString(), scored.scores(), scored.truncatedCount(), Workbench.notes(spec));
  }
}
