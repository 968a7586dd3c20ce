package io.lucerna.studies.record;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Pairs of query and passage, any number of times, always in the same order. */
public interface PairSource extends AutoCloseable {
  /**
   * A pair.
   *
   * @param id unique in the source
   * @param qid the topic's id
   * @param docid the passage's document
   * @param text the passage
   */
  record Pair(String id, String qid, String docid, String text) {
    /**
     * {@return the id of a pair of topic and document, in recordings and for interventions}
     *
     * @param qid the topic's id
     * @param docid the document's id
     */
    public static String id(String qid, String docid) {
      return qid + "/" + docid;
    }
  }

  /**
   * Neighbouring pairs of one query, which go through a model together.
   *
   * @param query the query's text
   * @param pairs at least one, in the order of the source
   */
  record Group(String query, List<Pair> pairs) {}

  /** Does something with a group. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Called with one group after the other.
     *
     * @param group pairs of one query
     * @throws IOException if the visitor cannot read or write
     */
    void visit(Group group) throws IOException;
  }

  /**
   * Goes through all groups; memory holds one at a time.
   *
   * @param visitor is given each group, in order
   * @throws IOException if the source cannot be read, or the visitor throws it
   */
  void forEach(Visitor visitor) throws IOException;

  /**
   * {@return what is read, for provenance}
   *
   * @throws IOException if the source cannot be read
   */
  Map<String, Object> identity() throws IOException;

  @Override
  void close() throws IOException;
}
