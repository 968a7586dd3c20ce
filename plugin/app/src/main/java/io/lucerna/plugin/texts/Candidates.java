package io.lucerna.plugin.texts;

import io.lucerna.eval.Ranking;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.List;

/**
 * One topic with what the first stage found for it.
 *
 * @param query the text that passages are scored for
 * @param ranking the first stage's ranking, under the topic's id
 */
public record Candidates(String query, Ranking ranking) {

  /** The topic's id. */
  public String topic() {
    return ranking.topic();
  }

  /** Writes topics and queries, a line each: what of the topics decides scores. */
  public static void writeQueries(List<Candidates> all, BufferedWriter out) throws IOException {
    for (Candidates one : all) {
      out.write(one.topic() + "\t" + one.query() + "\n");
    }
  }
}
