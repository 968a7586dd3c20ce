package io.lucerna.plugin.options;

import io.lucerna.base.Counted;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.input.QueryFit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Queries that are too long for a model are found before anything is scored. */
public final class QueryLimits {
  /**
   * A query.
   *
   * @param name what the user calls it, such as {@code topic 7}
   */
  public record Query(String name, String text) {}

  private QueryLimits() {}

  /**
   * Counts the queries that are cut and says so once, naming the first.
   *
   * @param file where the queries are from
   * @throws IllegalArgumentException naming file and query, if one is refused
   */
  public static void check(
      Function<String, Optional<QueryFit>> fits,
      List<Query> queries,
      String file,
      Console console) {
    Set<String> seen = new HashSet<>();
    int count = 0;
    String first = "";
    for (Query query : queries) {
      if (!seen.add(query.text)) {
        continue;
      }
      Optional<QueryFit> fit = fits.apply(query.text);
      if (fit.isPresent()) {
        QueryFit found = fit.get();
        if (!found.refused().isEmpty()) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT, "%s: %s: %s (-truncate)", file, query.name, found.refused()));
        }
        count++;
        if (count == 1) {
          first =
              String.format(
                  Locale.ROOT,
                  "%s: of its %d tokens at least %d are read",
                  query.name,
                  found.tokens(),
                  found.kept());
        }
      }
    }
    if (count > 0) {
      console.say("%s too long and cut; the first is %s", Counted.of(count, "query"), first);
    }
  }

  /** The same of candidates. */
  public static void ofTopics(
      Ranker scorer, List<Candidates> topics, String file, Console console) {
    List<Query> queries =
        topics.stream().map(topic -> new Query("topic " + topic.topic(), topic.query())).toList();
    check(scorer::fit, queries, file, console);
  }
}
