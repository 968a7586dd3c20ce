package io.lucerna.studies.ranking;

import java.io.IOException;

/** Gives the passage of a candidate. */
@FunctionalInterface
public interface Passages {
  /** The text that a model reads of a document that is a candidate for a topic. */
  String of(String topic, String docno) throws IOException;
}
