package io.lucerna.plugin.groundtruth;

import io.lucerna.base.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Texts of made-up words, some frequent and most rare, and queries of two to four words. Lengths
 * are below 40, which Lucene's index stores exactly.
 *
 * @param words the vocabulary; analyzers leave them as they are
 * @param passages each a list of numbers of words
 * @param queries each a list of numbers of words
 * @param meanLength the mean number of words of a passage
 * @param idf the inverse document frequency of each word, as BM25Similarity has it
 */
record Collection(
    List<String> words,
    List<List<Integer>> passages,
    List<List<Integer>> queries,
    double meanLength,
    List<Double> idf) {
  private static final int WORDS = 60;
  private static final int PASSAGES = 300;
  private static final int QUERIES = 20;
  private static final int SHORTEST = 5;
  private static final int LONGEST = 35;

  /** How many passages of a topic have grade 2, and grade 1 or more. */
  private static final int BEST = 5;

  private static final int GOOD = 15;

  static Collection of(long seed) {
    Random random = new Random(seed);
    List<String> words = words(random);
    double[] up = new double[WORDS];
    double sum = 0;
    for (int i = 0; i < WORDS; i++) {
      sum += 1.0 / (i + 3);
      up[i] = sum;
    }
    List<List<Integer>> passages = new ArrayList<>();
    while (passages.size() < PASSAGES) {
      int length = SHORTEST + random.nextInt(LONGEST - SHORTEST + 1);
      passages.add(IntStream.range(0, length).mapToObj(i -> drawn(up, random)).toList());
    }
    List<List<Integer>> queries = new ArrayList<>();
    while (queries.size() < QUERIES) {
      Set<Integer> query = new LinkedHashSet<>();
      int length = 2 + random.nextInt(3);
      while (query.size() < length) {
        query.add(random.nextInt(WORDS));
      }
      queries.add(List.copyOf(query));
    }
    double mean = passages.stream().mapToInt(List::size).average().orElseThrow();
    List<Double> idf = IntStream.range(0, WORDS).mapToObj(word -> idf(word, passages)).toList();
    return new Collection(words, passages, queries, mean, idf);
  }

  private static double idf(int word, List<List<Integer>> passages) {
    long with = passages.stream().filter(passage -> passage.contains(word)).count();
    return Math.log(1 + (passages.size() - with + 0.5) / (with + 0.5));
  }

  /** Consonants and vowels in turn, with an end that no stemmer takes for an ending. */
  private static List<String> words(Random random) {
    Set<String> words = new LinkedHashSet<>();
    while (words.size() < WORDS) {
      StringBuilder word = new StringBuilder();
      for (int i = 0; i < 2; i++) {
        word.append("bdfgklmnprtvz".charAt(random.nextInt(13)));
        word.append("aou".charAt(random.nextInt(3)));
      }
      words.add(word.append("kmpb".charAt(random.nextInt(4))).toString());
    }
    return List.copyOf(words);
  }

  private static int drawn(double[] up, Random random) {
    double at = random.nextDouble() * up[up.length - 1];
    int word = 0;
    while (up[word] < at) {
      word++;
    }
    return word;
  }

  String text(List<Integer> numbers) {
    return numbers.stream().map(words::get).collect(Collectors.joining(" "));
  }

  static String docid(int passage) {
    return "d" + (passage + 1);
  }

  static String qid(int query) {
    return "q" + (query + 1);
  }

  /** Writes corpus, topics and judgments: the passages that the rule puts first are relevant. */
  void write(Path folder, Rule rule) throws IOException {
    AtomicFile.write(
        folder.resolve("corpus.jsonl"),
        out -> {
          for (int i = 0; i < passages.size(); i++) {
            out.write(
                "{\"id\":\"" + docid(i) + "\",\"contents\":\"" + text(passages.get(i)) + "\"}\n");
          }
        });
    AtomicFile.write(
        folder.resolve("topics.tsv"),
        out -> {
          for (int i = 0; i < queries.size(); i++) {
            out.write(qid(i) + "\t" + text(queries.get(i)) + "\n");
          }
        });
    AtomicFile.write(
        folder.resolve("qrels.txt"),
        out -> {
          for (int i = 0; i < queries.size(); i++) {
            List<Integer> ranked = ranked(i, rule);
            for (int rank = 0; rank < GOOD; rank++) {
              String docid = docid(ranked.get(rank));
              out.write(qid(i) + " 0 " + docid + " " + (rank < BEST ? 2 : 1) + "\n");
            }
          }
        });
  }

  /** Passages by the rule, the best first. */
  private List<Integer> ranked(int query, Rule rule) {
    double[] scores =
        passages.stream()
            .mapToDouble(passage -> rule.score(queries.get(query), passage, this))
            .toArray();
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
        .toList();
  }
}
