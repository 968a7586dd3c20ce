package io.lucerna.topics.perturb;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Sentences of a text, by Unicode's rules (UAX 29) as Java knows them for English: without the
 * whitespace around them.
 */
final class Sentences {
  /** A sentence: from {@code start} to before {@code end}. */
  record Sentence(int start, int end) {}

  private Sentences() {}

  static List<Sentence> of(String text) {
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ENGLISH);
    breaks.setText(text);
    List<Sentence> sentences = new ArrayList<>();
    int from = breaks.first();
    for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
      int start = from;
      int end = to;
      while (start < end && Character.isWhitespace(text.charAt(start))) {
        start++;
      }
      while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
        end--;
      }
      if (start < end) {
        sentences.add(new Sentence(start, end));
      }
      from = to;
    }
    return sentences;
  }
}
