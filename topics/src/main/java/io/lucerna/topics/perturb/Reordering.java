package io.lucerna.topics.perturb;

import io.lucerna.topics.Edit;
import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The same words or sentences in another order; what is between them stays in its place. */
final class Reordering {
  private static final int ATTEMPTS = 10;

  private Reordering() {}

  /** What is put into another order. */
  enum Unit {
    WORDS,
    SENTENCES;

    private List<Part> of(AnalyzedText passage) {
      return this == WORDS
          ? words(passage)
          : Sentences.of(passage.text()).stream().map(s -> new Part(s.start(), s.end())).toList();
    }
  }

  private record Part(int start, int end) {}

  /** Words; those without whitespace between them, as in 12:30 or lamp-oil, stay together. */
  private static List<Part> words(AnalyzedText passage) {
    List<Part> parts = new ArrayList<>();
    for (Word word : passage.words()) {
      boolean apart =
          parts.isEmpty()
              || passage
                  .text()
                  .substring(parts.getLast().end, word.start())
                  .chars()
                  .anyMatch(Character::isWhitespace);
      int start = apart ? word.start() : parts.removeLast().start;
      parts.add(new Part(start, word.end()));
    }
    return parts;
  }

  static Outcome shuffled(Subject subject, Unit unit, RandomGenerator random) {
    List<Part> parts = unit.of(subject.passage());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<Part> order = new ArrayList<>(parts);
      Collections.shuffle(order, random);
      Optional<Variant> variant = reordered(subject, parts, order);
      if (variant.isPresent()) {
        return Outcome.of(List.of(variant.get()));
      }
    }
    return none(unit);
  }

  static Outcome reversed(Subject subject, Unit unit) {
    List<Part> parts = unit.of(subject.passage());
    return reordered(subject, parts, parts.reversed())
        .map(variant -> Outcome.of(List.of(variant)))
        .orElseGet(() -> none(unit));
  }

  private static Outcome none(Unit unit) {
    return Outcome.notApplicable(
        unit == Unit.WORDS
            ? "the words have no other order with the same index terms"
            : "the sentences have no other order with the same index terms");
  }

  /** The passage in another order, if that is another text with the same index terms. */
  private static Optional<Variant> reordered(Subject subject, List<Part> parts, List<Part> order) {
    String base = subject.passage().text();
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (int i = 0; i < parts.size(); i++) {
      text.append(base, at, parts.get(i).start).append(base, order.get(i).start, order.get(i).end);
      at = parts.get(i).end;
    }
    text.append(base, at, base.length());
    // One edit, so that nothing needs filler: the whole has the same tokens.
    List<Edit> edits = Edit.between(base, text.toString());
    Variant variant = new Variant("", text.toString(), edits, List.of());
    return edits.isEmpty() || !variant.changes(subject, Map.of())
        ? Optional.empty()
        : Optional.of(variant);
  }
}
