package io.lucerna.topics.perturb;

import io.lucerna.topics.Edit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One changed passage.
 *
 * @param suffix distinguishes it from others of the same perturbation; empty if there is only one
 * @param text the changed passage
 * @param edits where it differs from the passage, in order
 * @param terms the index terms that were added, removed, exchanged or moved
 */
public record Variant(String suffix, String text, List<Edit> edits, List<String> terms) {

  /** Copies the collections. */
  public Variant {
    edits = List.copyOf(edits);
    terms = List.copyOf(terms);
  }

  /** Whether the counts of index terms differ from the passage's by just this. */
  boolean changes(Subject subject, Map<String, Integer> difference) {
    Map<String, Integer> expected = new HashMap<>(subject.passage().counts());
    difference.forEach((term, by) -> expected.merge(term, by, Integer::sum));
    expected.values().removeIf(count -> count == 0);
    return subject.resources().analysis().of(text).counts().equals(expected);
  }
}
