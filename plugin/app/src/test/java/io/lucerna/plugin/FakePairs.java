package io.lucerna.plugin;

import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.Edit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Contrast pairs made up for tests. */
public final class FakePairs {
  /** What must never be more than text. */
  static final List<String> HOSTILE =
      List.of(
          "<script>document.title='hit'</script>",
          "\"><img/src=x/onerror=alert(1)>",
          "'quoted'&amp;",
          "bell\u0007",
          "\uD83E\uDE94",
          "\u202Erevocne",
          "\u05E0\u05E8",
          "]]>",
          "</script>",
          "comma,semi;");

  private static final String[] WORDS = {
    "lamp", "oil", "wick", "flame", "burns", "glass", "light", "reading", "the", "of", "harbour"
  };

  private FakePairs() {}

  /** This many pairs of 5 to a query, some of which cannot be used. */
  public static List<ContrastPair> some(int count) {
    List<ContrastPair> pairs = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < count; i++) {
      String docid =
          i % 17 == 13 ? "long" + i : i % 19 == 7 ? "flat" + i : i % 23 == 3 ? "tiny" + i : "d" + i;
      StringBuilder text = new StringBuilder(WORDS[i % WORDS.length]);
      int length = 6 + random.nextInt(12);
      for (int w = 0; w < length; w++) {
        text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
      }
      if (i % 4 == 0) {
        text.append(' ').append(HOSTILE.get(i / 4 % HOSTILE.size()));
      }
      pairs.add(pair("p" + i, "q" + i / 5, docid, text.toString(), " oil", i));
    }
    return pairs;
  }

  /** Pairs that fit the smallest models, as a file of JSON lines. */
  public static String lines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String base = "the disk of water " + i;
      ContrastPair pair =
          new ContrastPair(
              "p" + i,
              "q" + i,
              "red",
              "d" + i,
              "TFC1",
              base,
              base + " red",
              Edit.between(base, base + " red"),
              List.of("red"),
              OptionalInt.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty(),
              OptionalDouble.empty());
      lines.append(ContrastPairs.line(pair, Optional.empty())).append('\n');
    }
    return lines.toString();
  }

  /** The same pair of another perturbation. */
  public static ContrastPair named(ContrastPair pair, String perturbation) {
    return new ContrastPair(
        pair.id(),
        pair.qid(),
        pair.query(),
        pair.docid(),
        perturbation,
        pair.base(),
        pair.perturbed(),
        pair.edits(),
        pair.terms(),
        pair.grade(),
        pair.bm25Base(),
        pair.bm25Perturbed(),
        pair.idf());
  }

  static ContrastPair pair(
      String id, String qid, String docid, String base, String added, int number) {
    return new ContrastPair(
        id,
        qid,
        "oil lamp " + HOSTILE.getFirst(),
        docid,
        "TFC1",
        base,
        base + added,
        Edit.between(base, base + added),
        List.of("oil"),
        number % 10 == 9 ? OptionalInt.empty() : OptionalInt.of(number % 4),
        OptionalDouble.of(1),
        OptionalDouble.of(1.5),
        OptionalDouble.of(1 + number % 7));
  }
}
