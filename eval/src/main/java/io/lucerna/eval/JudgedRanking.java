package io.lucerna.eval;

import java.util.Arrays;
import java.util.Map;

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

  /** The grades that were given, lowest first, and how many documents have each. */
  private final int[] given;

  private final int[] counts;
  private final long collectionSize;

  private JudgedRanking(int[] grades, int[] judged, long collectionSize) {
    this.grades = grades;
    this.given = Arrays.stream(judged).sorted().distinct().toArray();
    this.counts = new int[given.length];
    for (int grade : judged) {
      counts[Arrays.binarySearch(given, grade)]++;
    }
    this.collectionSize = collectionSize;
  }

  static JudgedRanking of(
      Ranking ranking, Map<String, Integer> judged, Evaluation.Options options) {
    int[] grades = new int[Math.min(ranking.size(), options.maxDocs())];
    int retrieved = 0;
    for (int i = 0; i < grades.length; i++) {
      int grade = grade(judged, ranking.docno(i));
      if (grade >= 0 || !options.judgedOnly()) {
        grades[retrieved++] = grade;
      }
    }
    int[] given = judged.values().stream().mapToInt(grade -> grade).filter(g -> g >= 0).toArray();
    return new JudgedRanking(Arrays.copyOf(grades, retrieved), given, options.collectionSize());
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

  /** The grades that judged documents have, lowest first; negative ones are left out. */
  int[] givenGrades() {
    return given.clone();
  }

  /** The number of judged documents with the grade at a place of {@link #givenGrades}. */
  int count(int place) {
    return counts[place];
  }

  /** The number of relevant documents, retrieved or not. */
  int relevant(int level) {
    int relevant = 0;
    for (int i = given.length - 1; i >= 0 && given[i] >= level; i--) {
      relevant += counts[i];
    }
    return relevant;
  }

  /** The number of documents judged not relevant, retrieved or not. */
  int nonRelevant(int level) {
    int nonRelevant = 0;
    for (int i = 0; i < given.length && given[i] < level; i++) {
      nonRelevant += counts[i];
    }
    return nonRelevant;
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
