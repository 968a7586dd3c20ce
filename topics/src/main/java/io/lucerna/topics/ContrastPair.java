package io.lucerna.topics;

import io.lucerna.base.Given;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A passage and a changed version of it, under one query: the unit of causal analysis (MechIR,
 * section 3).
 *
 * @param id unique in its file and stable: the same input gives the same id
 * @param qid the topic
 * @param query the topic's text
 * @param docid the passage
 * @param perturbation the perturbation's name and settings, such as {@code TFC1}
 * @param base the passage as it was
 * @param perturbed the passage after the change
 * @param edits where the two differ, in order; outside of them they are the same
 * @param terms the index terms that were added, removed, exchanged or moved
 * @param grade the judged grade, if there is one
 * @param bm25Base BM25 of the base, if there was an index
 * @param bm25Perturbed BM25 of the perturbed passage with the same statistics, if so
 * @param idf the highest inverse document frequency among the terms, if so
 */
public record ContrastPair(
    String id,
    String qid,
    String query,
    String docid,
    String perturbation,
    String base,
    String perturbed,
    List<Edit> edits,
    List<String> terms,
    OptionalInt grade,
    OptionalDouble bm25Base,
    OptionalDouble bm25Perturbed,
    OptionalDouble idf) {

  /** Checks that the edits turn one text into the other. */
  public ContrastPair {
    Given.value(id, "the pair's id");
    String pair = " of pair " + id;
    Given.value(qid, "the topic's id" + pair);
    Given.value(query, "the query" + pair);
    Given.value(docid, "the document's id" + pair);
    Given.value(perturbation, "the perturbation" + pair);
    Given.value(base, "the base text" + pair);
    Given.value(perturbed, "the perturbed text" + pair);
    edits = Given.list(edits, "edits" + pair, "edit");
    terms = Given.list(terms, "terms" + pair, "term");
    Edit.check(base, perturbed, edits);
  }

  /**
   * {@return a pair of which there is no more than its texts} The query stands for the topic too.
   *
   * @param id names the pair, and its passage
   * @param query the topic's text
   * @param base the passage as it was
   * @param perturbed the changed passage
   */
  public static ContrastPair of(String id, String query, String base, String perturbed) {
    return new ContrastPair(
        id,
        query,
        query,
        id,
        "change",
        base,
        perturbed,
        Edit.between(base, perturbed),
        List.of(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }
}
