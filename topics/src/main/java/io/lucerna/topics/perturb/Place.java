package io.lucerna.topics.perturb;

import java.util.OptionalInt;

/**
 * Where something is put into a passage.
 *
 * @param afterWords after how many words; -1 for the end, after everything
 */
record Place(int afterWords) {
  static final Place START = new Place(0);
  static final Place END = new Place(-1);

  /** Reads {@code start}, {@code end}, or the number of words before the place. */
  static Place parse(String text) {
    return switch (text) {
      case "start" -> START;
      case "end" -> END;
      default -> {
        if (!text.matches("[0-9]{1,6}")) {
          throw new IllegalArgumentException(
              "a place is start, end, or the number of words before it, not '" + text + "'");
        }
        yield new Place(Integer.parseInt(text));
      }
    };
  }

  /** The place in a passage; empty if it has fewer words. */
  OptionalInt in(AnalyzedText passage) {
    if (afterWords < 0) {
      return OptionalInt.of(passage.text().length());
    }
    if (afterWords == 0) {
      return OptionalInt.of(0);
    }
    return afterWords > passage.words().size()
        ? OptionalInt.empty()
        : OptionalInt.of(passage.words().get(afterWords - 1).end());
  }

  /** Why a passage does not have the place. */
  Outcome missing() {
    return Outcome.notApplicable("the passage has fewer than " + afterWords + " words");
  }
}
