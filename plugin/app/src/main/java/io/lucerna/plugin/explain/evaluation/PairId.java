package io.lucerna.plugin.explain.evaluation;

/**
 * A pair by its names.
 *
 * @param qid the topic
 * @param docid the document
 */
record PairId(String qid, String docid) {
  static PairId of(MarkedPair pair) {
    return new PairId(pair.row().qid(), pair.row().docid());
  }

  /** The pair that is called so in a journal. */
  static PairId parse(String id) {
    int tab = id.indexOf('\t');
    return new PairId(id.substring(0, tab), id.substring(tab + 1));
  }

  /** What it is called in a journal. */
  String id() {
    return qid + "\t" + docid;
  }
}
