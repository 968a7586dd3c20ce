package io.lucerna.plugin.texts;

import io.lucerna.anserini.PassageCleaning;
import io.lucerna.plugin.collections.NamedCollection;
import java.io.IOException;
import java.util.Optional;

/**
 * How stored text becomes passages in one call, and why so.
 *
 * @param cleaning what is done
 * @param reason in words
 */
public record CleaningChoice(PassageCleaning cleaning, String reason) {

  /**
   * What was asked for or, if nothing was, what the collection that was named needs or, if none
   * was, what the documents of the source call for.
   */
  public static CleaningChoice of(
      Optional<PassageCleaning> asked, Optional<NamedCollection> collection, TextSource texts)
      throws IOException {
    if (asked.isPresent()) {
      return new CleaningChoice(asked.get(), "as asked");
    }
    if (collection.isPresent()) {
      return new CleaningChoice(
          collection.get().cleaning(), "as collection " + collection.get().name() + " needs");
    }
    return texts.sample().choice();
  }

  @Override
  public String toString() {
    return cleaning.optionName() + " (" + reason + ")";
  }
}
