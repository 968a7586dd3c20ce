/**
 * Runs, effectiveness measures, and the comparison of runs with significance.
 *
 * <p>A {@link io.lucerna.eval.Run} is ranked documents by topic; an {@link
 * io.lucerna.eval.Evaluation} has the values of {@link io.lucerna.eval.Measure}s for each topic; a
 * {@link io.lucerna.eval.Comparison} tests the change between two of them.
 *
 * {@snippet lang=java :
 *   Qrels qrels = Qrels.read(judgments);
 *   Measure ndcg = Measure.parse("nDCG@10");
 *   Evaluation.Options options = Evaluation.Options.DEFAULT;
 *   Evaluation before = Evaluation.of(Run.read(baseline), qrels, List.of(ndcg), options);
 *   Evaluation after = Evaluation.of(Run.read(treatment), qrels, List.of(ndcg), options);
 *   return Comparison.of(before.values(ndcg), after.values(ndcg), Comparison.Settings.DEFAULT);
 * }
 *
 * <p>{@code Run} is the one place that defines an order: score as float, descending; ties by
 * document id, descending. It is trec_eval's order, and so are the measures' values.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Sort a run in another way.
 *   <li>Count an unjudged document as judged with grade 0, where a measure distinguishes the two.
 *   <li>Average before keeping the values of the topics.
 * </ul>
 */
@NullMarked
package io.lucerna.eval;

import org.jspecify.annotations.NullMarked;
