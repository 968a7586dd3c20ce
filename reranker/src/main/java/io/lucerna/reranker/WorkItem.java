package io.lucerna.reranker;

import io.lucerna.base.Given;
import java.util.List;
import java.util.Locale;

/**
 * The candidates of one topic, to be scored under many conditions: all that the work needs, so that
 * items can be done in any order and at any place.
 *
 * <p>A bi-encoder's passage may be a candidate of several topics. Its vector is computed in one
 * item for all of them, wherever it does not depend on the query; in the others its list of queries
 * is empty.
 *
 * @param queries queries; the first one is the topic's own
 * @param passages the topic's candidates in their order
 */
public record WorkItem(List<Query> queries, List<Passage> passages) {

  /**
   * A query.
   *
   * @param id the topic's id
   * @param text what is asked
   */
  public record Query(String id, String text) {
    /** Checks that both are there. */
    public Query {
      Given.value(id, "a query's id");
      Given.value(text, "the text of query " + id);
    }
  }

  /**
   * A candidate.
   *
   * @param id the id of its pair with the topic
   * @param text the passage
   * @param queries the numbers of the queries that its vector is compared with
   */
  public record Passage(String id, String text, List<Integer> queries) {
    /** Checks that all is there, and copies the list. */
    public Passage {
      Given.value(id, "a passage's id");
      Given.value(text, "the text of passage " + id);
      queries = Given.list(queries, "query numbers", "query number");
    }
  }

  /**
   * Checks that there is a query, and every number is one of a query.
   *
   * @throws IllegalArgumentException if there are no queries, or a passage names one that is not
   *     there
   */
  public WorkItem {
    queries = Given.list(queries, "queries", "query");
    passages = Given.list(passages, "passages", "passage");
    if (queries.isEmpty()) {
      throw new IllegalArgumentException("an item needs the query of its topic");
    }
    for (Passage passage : passages) {
      for (int number : passage.queries()) {
        if (number < 0 || number >= queries.size()) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "passage %s: query %d is not in 0..%d",
                  passage.id(),
                  number,
                  queries.size() - 1));
        }
      }
    }
  }

  /** {@return the topic's own query} */
  public Query own() {
    return queries.getFirst();
  }
}
