package io.lucerna.plugin.texts;

import io.lucerna.anserini.PassageCleaning;
import io.lucerna.base.Counted;
import java.util.Locale;

/**
 * Documents of a source from which it is inferred how its texts are cleaned. They depend on the
 * source alone, so that a pair of query and passage has one score whatever run it is in.
 */
public final class CleaningSample {
  /** How many documents of an index or a corpus are looked at. */
  static final int FIRST = 100;

  private final String source;
  private final int most;
  private int documents;
  private int tagged;
  private int cacm;

  private CleaningSample(String source, int most) {
    this.source = source;
    this.most = most;
  }

  /** The first documents of a source, such as {@code the corpus}. */
  public static CleaningSample first(String source) {
    return new CleaningSample(source, FIRST);
  }

  /** All documents of a source. */
  static CleaningSample all(String source) {
    return new CleaningSample(source, Integer.MAX_VALUE);
  }

  /** Whether no more documents are wanted. */
  public boolean full() {
    return documents >= most;
  }

  /** Looks at a document, unless it is full. */
  public void add(String docno, String stored) {
    if (full()) {
      return;
    }
    documents++;
    if (PassageCleaning.beginsWithMarkup(stored)) {
      tagged++;
      cacm += docno.matches("CACM-\\d+") ? 1 : 0;
    }
  }

  /**
   * What most documents call for: {@code cacm} for CACM's records, {@code markup} for texts that
   * begin with a tag, {@code none} for all other.
   */
  CleaningChoice choice() {
    PassageCleaning inferred =
        2L * tagged <= documents
            ? PassageCleaning.NONE
            : 2L * cacm > documents ? PassageCleaning.CACM : PassageCleaning.MARKUP;
    String which = most == FIRST ? "the first " : "the ";
    return new CleaningChoice(
        inferred,
        String.format(
            Locale.ROOT,
            "inferred from %s%s of %s",
            which,
            Counted.of(documents, "document"),
            source));
  }
}
