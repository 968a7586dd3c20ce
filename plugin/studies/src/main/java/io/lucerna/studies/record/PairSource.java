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
   * @param text the passage
   */
  record Pair(String id, String qid, String docid, String text) {
    /** The id of a pair of topic and document, in recordings and for interventions. */
    public static String id(String qid, String docid) {
      return qid + "/" + docid;
    }
  }

  /** Neighbouring pairs of one query, which go through a model together. */
  record Group(String query, List<Pair> pairs) {}

  /** Does something with a group. */
  @FunctionalInterface
  interface Visitor {
    void visit(Group group) throws IOException;
  }

  /** Goes through all groups; memory holds one at a time. */
  void forEach(Visitor visitor) throws IOException;

  /** What is read, for provenance. */
  Map<String, Object> identity() throws IOException;

  @Override
  void close() throws IOException;
}
