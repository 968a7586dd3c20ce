package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import java.io.IOException;

/** Gives the passage of a candidate. */
@Internal
@FunctionalInterface
public interface Passages {
  /**
   * {@return the text that a model reads of a document that is a candidate for a topic}
   *
   * @param topic the topic's id
   * @param docno the document's id
   * @throws IOException if the text cannot be read
   */
  String of(String topic, String docno) throws IOException;
}
