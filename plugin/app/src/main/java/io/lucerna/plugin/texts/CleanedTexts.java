package io.lucerna.plugin.texts;

import io.lucerna.studies.ranking.Passages;
import java.io.IOException;

/**
 * Passages as models read them.
 *
 * @param texts what is stored
 * @param cleaning what is done to it
 */
public record CleanedTexts(TextSource texts, CleaningChoice cleaning) implements Passages {
  @Override
  public String of(String topic, String docno) throws IOException {
    return cleaning.cleaning().apply(texts.text(topic, docno));
  }
}
