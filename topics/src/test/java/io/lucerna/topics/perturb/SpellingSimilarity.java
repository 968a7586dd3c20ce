package io.lucerna.topics.perturb;

import java.util.Comparator;
import java.util.List;

/**
 * Words are alike by the letters that they share; no embeddings are needed to see the rules work.
 */
final class SpellingSimilarity implements TermSimilarity {
  private static final List<String> KNOWN =
      List.of("clamp", "lampion", "olive", "quick", "burner", "plight", "inner", "captive");

  @Override
  public double of(String word, String other) {
    long shared = word.chars().distinct().filter(c -> other.indexOf(c) >= 0).count();
    return (double) shared / Math.max(word.length(), other.length());
  }

  @Override
  public List<String> nearest(String word, int count) {
    return KNOWN.stream()
        .filter(known -> !known.equals(word))
        .sorted(Comparator.comparingDouble(known -> -of(word, known)))
        .limit(count)
        .toList();
  }
}
