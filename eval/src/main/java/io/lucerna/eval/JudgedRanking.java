package io.lucerna.eval;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a measure sees of one topic: the grades of the retrieved documents in rank order, and how
 * many documents were judged with each grade.
 *
 * <p>A grade is 0 or more, or one of {@link #UNPOOLED} and {@link #UNJUDGED}; the measures that
 * presume incomplete judgments (bpref, infAP) tell these two apart from grade 0, the others count
 * all three as not relevant.
 */
final class JudgedRanking {
  /** The document was not in the judgment pool. */
  static final int UNPOOLED = -1;

  /** The document was in the pool but not judged: a negative grade in the qrels. */
  static final int UNJUDGED = -2;

  private final int[] grades;
  private final NavigableMap<Integer, Integer> judgedPerGrade;
  private final long collectionSize;

  private JudgedRanking(
      int[] grades, NavigableMap<Integer, Integer> judgedPerGrade, long collectionSize) {
    this.grades = grades;
    this.judgedPerGrade = judgedPerGrade;
    this.collectionSize = collectionSize;
  }

  static JudgedRanking of(
      Ranking ranking, Map<String, Integer> judged, Evaluation.Options options) {
    NavigableMap<Integer, Integer> perGrade = new TreeMap<>();
    for (int grade : judged.values()) {
      if (grade >= 0) {
        perGrade.merge(grade, 1, Integer::sum);
      }
    }
    int[] grades =
        ranking.docnos().stream()
            .limit(options.maxDocs())
            .mapToInt(docno -> grade(judged, docno))
            .filter(grade -> grade >= 0 || !options.judgedOnly())
            .toArray();
    return new JudgedRanking(grades, perGrade, options.collectionSize());
  }

  private static int grade(Map<String, Integer> judged, String docno) {
    Integer grade = judged.get(docno);
    if (grade == null) {
      return UNPOOLED;
    }
    return grade < 0 ? UNJUDGED : grade;
  }

  /** The number of retrieved documents. */
  int retrieved() {
    return grades.length;
  }

  /** The grade of the document at a place, counted from 0. */
  int grade(int place) {
    return grades[place];
  }

  /** The number of judged documents of each grade, lowest grade first. */
  NavigableMap<Integer, Integer> judgedPerGrade() {
    return judgedPerGrade;
  }

  /** The number of relevant documents, retrieved or not. */
  int relevant(int level) {
    return sum(judgedPerGrade.tailMap(level, true));
  }

  /** The number of documents judged not relevant, retrieved or not. */
  int nonRelevant(int level) {
    return sum(judgedPerGrade.headMap(level, false));
  }

  private static int sum(Map<Integer, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  boolean isRelevant(int place, int level) {
    return grades[place] >= level;
  }

  int relevantRetrieved(int level) {
    return relevantRetrieved(level, grades.length);
  }

  /** The number of relevant documents among the first {@code cutoff}. */
  int relevantRetrieved(int level, int cutoff) {
    int found = 0;
    for (int i = 0; i < Math.min(cutoff, grades.length); i++) {
      if (grades[i] >= level) {
        found++;
      }
    }
    return found;
  }

  /** The number of retrieved documents that were judged not relevant. */
  int nonRelevantRetrieved(int level) {
    int found = 0;
    for (int grade : grades) {
      if (grade >= 0 && grade < level) {
        found++;
      }
    }
    return found;
  }

  long collectionSize() {
    return collectionSize;
  }
}
