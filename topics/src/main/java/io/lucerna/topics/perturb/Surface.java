package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.AnalyzedText.Word;
import io.lucerna.topics.perturb.Sentences.Sentence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Changes of writing: letters, punctuation, single words and sentences. */
final class Surface {
  private static final int SHORTEST_WITH_TYPO = 4;

  /** One in so many of the words that can have a typo gets one. */
  private static final int TYPO_EVERY = 10;

  private Surface() {}

  /** Lower case throughout. */
  static Outcome caseFolded(Subject subject) {
    String text = subject.passage().text();
    Rewrite rewrite = new Rewrite(subject.passage());
    boolean any = false;
    for (int at = 0; at < text.length(); ) {
      int next = at + Character.charCount(text.codePointAt(at));
      String letter = text.substring(at, next);
      String lower = letter.toLowerCase(Locale.ROOT);
      rewrite.replace(at, next, lower);
      any |= !letter.equals(lower);
      at = next;
    }
    return any
        ? Outcome.of(List.of(rewrite.variant("", List.of())))
        : Outcome.notApplicable("the passage has no capital letter");
  }

  /** No punctuation between words; punctuation inside words, as in 3.5 and don't, stays. */
  static Outcome withoutPunctuation(Subject subject) {
    String text = subject.passage().text();
    Rewrite rewrite = new Rewrite(subject.passage());
    boolean any = false;
    int from = 0;
    List<Word> words = subject.passage().words();
    for (int i = 0; i <= words.size(); i++) {
      int to = i < words.size() ? words.get(i).start() : text.length();
      any |= dropPunctuation(text, from, to, rewrite);
      from = i < words.size() ? words.get(i).end() : to;
    }
    return any
        ? Outcome.exact(subject, rewrite.variant("", List.of()), Map.of())
        : Outcome.notApplicable("the passage has no punctuation");
  }

  private static boolean dropPunctuation(String text, int from, int to, Rewrite rewrite) {
    boolean any = false;
    for (int at = from; at < to; at++) {
      int end = at;
      while (end < to && isPunctuation(text.charAt(end))) {
        end++;
      }
      if (end > at) {
        boolean spaceBefore = at == 0 || Character.isWhitespace(text.charAt(at - 1));
        boolean spaceAfter = end == text.length() || Character.isWhitespace(text.charAt(end));
        if (spaceBefore && spaceAfter) {
          rewrite.delete(at, end);
        } else {
          rewrite.replace(at, end, spaceBefore || spaceAfter ? "" : " ");
        }
        any = true;
        at = end;
      }
    }
    return any;
  }

  private static boolean isPunctuation(char c) {
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> "$+<=>^`|~".indexOf(c) >= 0;
    };
  }

  /** No words that the index leaves out. */
  static Outcome withoutStopWords(Subject subject) {
    List<Word> stops = subject.passage().words().stream().filter(w -> w.term().isEmpty()).toList();
    if (stops.isEmpty()) {
      return Outcome.notApplicable("the passage has no stop word");
    }
    Rewrite rewrite = new Rewrite(subject.passage());
    stops.forEach(rewrite::delete);
    return Outcome.exact(subject, rewrite.variant("", List.of()), Map.of());
  }

  /** Without one sentence of several. */
  static Outcome withoutSentence(Subject subject, RandomGenerator random) {
    List<Sentence> sentences = Sentences.of(subject.passage().text());
    if (sentences.size() < 2) {
      return Outcome.notApplicable("the passage has only one sentence");
    }
    Sentence gone = sentences.get(random.nextInt(sentences.size()));
    Set<String> terms = new TreeSet<>();
    subject.passage().words().stream()
        .filter(w -> w.start() >= gone.start() && w.end() <= gone.end())
        .forEach(w -> w.term().ifPresent(terms::add));
    return Outcome.of(
        List.of(
            new Rewrite(subject.passage())
                .delete(gone.start(), gone.end())
                .variant("", List.copyOf(terms))));
  }

  /** A slip of the pen in every tenth word of four letters or more, at least in one. */
  static Outcome typos(Subject subject, RandomGenerator random) {
    List<Word> words =
        new ArrayList<>(
            subject.passage().words().stream()
                .filter(w -> w.text().length() >= SHORTEST_WITH_TYPO)
                .filter(w -> w.text().chars().allMatch(Character::isLetter))
                .toList());
    if (words.isEmpty()) {
      return Outcome.notApplicable("the passage has no word of four letters or more");
    }
    Collections.shuffle(words, random);
    Rewrite rewrite = new Rewrite(subject.passage());
    Set<String> terms = new LinkedHashSet<>();
    for (Word word : words.subList(0, Math.max(1, words.size() / TYPO_EVERY))) {
      rewrite.replace(word, typo(word.text(), random));
      word.term().ifPresent(terms::add);
    }
    return Outcome.of(List.of(rewrite.variant("", List.copyOf(terms))));
  }

  /** Two letters exchanged, one left out, or one doubled; the first letter stays. */
  private static String typo(String word, RandomGenerator random) {
    int at = 1 + random.nextInt(word.length() - 2);
    String head = word.substring(0, at);
    char one = word.charAt(at);
    char two = word.charAt(at + 1);
    String tail = word.substring(at + 2);
    return switch (random.nextInt(3)) {
      case 0 -> one == two ? head + one + tail : head + two + one + tail;
      case 1 -> head + two + tail;
      default -> head + one + one + two + tail;
    };
  }

  /**
   * Two different numbers of the passage change places, wherever they occur. A single digit mostly
   * numbers an item of a list, and says nothing.
   */
  static Outcome swappedNumbers(Subject subject, RandomGenerator random) {
    List<Word> numbers =
        subject.passage().words().stream()
            .filter(w -> w.text().matches("[0-9][0-9.,]*[0-9]") && w.term().isPresent())
            .toList();
    List<String> distinct =
        new ArrayList<>(new LinkedHashSet<>(numbers.stream().map(Word::text).toList()));
    if (distinct.size() < 2) {
      return Outcome.notApplicable(
          "the passage has fewer than two different numbers of several digits");
    }
    Collections.shuffle(distinct, random);
    String one = distinct.get(0);
    String other = distinct.get(1);
    Rewrite rewrite = new Rewrite(subject.passage());
    Set<String> terms = new TreeSet<>();
    for (Word number : numbers) {
      if (number.text().equals(one) || number.text().equals(other)) {
        rewrite.replace(number, number.text().equals(one) ? other : one);
        terms.add(number.term().orElseThrow());
      }
    }
    return Outcome.of(List.of(rewrite.variant("", List.copyOf(terms))));
  }
}
