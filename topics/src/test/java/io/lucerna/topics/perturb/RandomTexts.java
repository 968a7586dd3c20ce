package io.lucerna.topics.perturb;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Passages and queries made of few words, so that they share terms, with all that gets in the way.
 */
final class RandomTexts {
  private static final List<String> WORDS =
      List.of(
          "lamp",
          "Lamps",
          "oil",
          "wick",
          "the",
          "of",
          "a",
          "burning",
          "burns",
          "flame's",
          "light",
          "harbour",
          "inn",
          "captain",
          "3.5",
          "42",
          "1,000",
          "don't",
          "naïve",
          "Zürich",
          "ελιά",
          "灯",
          "🪔",
          "👩‍🔬",
          "x86",
          "U.S.",
          "e-mail",
          "lamp-oil",
          "is",
          "and",
          "SHIP",
          "İzmir");
  private static final List<String> MARKS =
      List.of(
          " ", " ", " ", " ", " ", " ", ", ", ". ", "? ", " - ", "; ", "(", ") ", "  ", "\n", "/");

  private final SplittableRandom random;

  RandomTexts(long seed) {
    this.random = new SplittableRandom(seed);
  }

  String passage() {
    StringBuilder text = new StringBuilder();
    int words = random.nextInt(10) == 0 ? random.nextInt(3) : random.nextInt(60);
    for (int i = 0; i < words; i++) {
      text.append(pick(WORDS)).append(pick(MARKS));
    }
    return random.nextBoolean() ? text.toString().strip() : text + ".";
  }

  String query() {
    List<String> words = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      words.add(pick(WORDS));
    }
    return String.join(" ", words);
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
