package io.lucerna.explorer;

import io.lucerna.eval.Ranking;
import java.util.List;

/**
 * What the model makes of a first stage's ranking.
 *
 * @param ranking all documents of the first stage, those that the model did not read below the
 *     others
 * @param notes what a change of the model touched, and what it did not
 */
record Scores(Ranking ranking, List<String> notes) {}
