package io.lucerna.explorer;

import io.lucerna.reranker.ModelCard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the page needs to know before it asks.
 *
 * @param model what ranks
 * @param collection what is ranked
 * @param searches whether any query may be asked
 * @param deepest how many documents the model may be asked to read
 * @param depth how many it reads where nobody says
 * @param judged how many topics have judgments
 * @param level the lowest grade that is relevant
 * @param measures the names of the measures
 * @param cells the parts of the model that a click cuts
 * @param points the names of the hook points, for specs
 */
record ModelAnswer(
    ModelCard model,
    String collection,
    boolean searches,
    int deepest,
    int depth,
    int judged,
    int level,
    List<String> measures,
    List<Cell> cells,
    List<String> points) {
  /**
   * A part of the model.
   *
   * @param layer from 0
   * @param head from 0; null for the layer's MLP
   * @param name such as {@code L3H7}
   * @param spec the intervention that cuts it
   * @param mean the one that sets it to its mean over the candidates
   */
  record Cell(int layer, @Nullable Integer head, String name, String spec, String mean) {}
}
