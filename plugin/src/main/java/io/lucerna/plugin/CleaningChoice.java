package io.lucerna.plugin;

import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.collections.PassageCleaning;
import java.util.Optional;

/**
 * How stored text becomes passages in one call, and why so.
 *
 * @param cleaning what is done
 * @param reason in words
 */
record CleaningChoice(PassageCleaning cleaning, String reason) {

  /** What is right for a collection that was named. */
  static CleaningChoice of(NamedCollection collection) {
    return new CleaningChoice(
        collection.cleaning(), "as collection " + collection.name() + " needs");
  }

  /**
   * What was asked for or, if nothing was, what one document of the collection calls for: {@code
   * cacm} for CACM's records, {@code markup} for text that begins with a tag, {@code none} for all
   * other.
   */
  static CleaningChoice of(Optional<PassageCleaning> asked, String docno, String stored) {
    if (asked.isPresent()) {
      return new CleaningChoice(asked.get(), "as asked");
    }
    boolean tagged = stored.stripLeading().matches("(?s)<[A-Za-z!?].*");
    PassageCleaning told =
        !tagged
            ? PassageCleaning.NONE
            : docno.matches("CACM-\\d+") ? PassageCleaning.CACM : PassageCleaning.MARKUP;
    return new CleaningChoice(told, "told from document " + docno);
  }

  @Override
  public String toString() {
    return cleaning.optionName() + " (" + reason + ")";
  }
}
