package io.lucerna.topics.perturb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How near the query terms of a passage are to each other, or to its beginning; smaller is nearer.
 * A passage is given as one number per word: which query term it is (from 0), or -1. Terms that do
 * not occur are left aside.
 */
enum Nearness {
  /**
   * The distance in words of two different terms, averaged over their occurrences and then over all
   * pairs of terms.
   */
  MEAN_DISTANCE {
    @Override
    double of(int[] terms) {
      List<List<Integer>> places = places(terms);
      double sum = 0;
      int pairs = 0;
      for (int a = 0; a < places.size(); a++) {
        for (int b = a + 1; b < places.size(); b++) {
          sum += meanDistance(places.get(a), places.get(b));
          pairs++;
        }
      }
      return pairs == 0 ? 0 : sum / pairs;
    }
  },
  /** The sum of the places of first occurrence. */
  FIRST {
    @Override
    double of(int[] terms) {
      return places(terms).stream().mapToInt(List::getFirst).sum();
    }
  },
  /** The other words within the tightest group of all terms. */
  TIGHTEST {
    @Override
    double of(int[] terms) {
      int[] right = groupEnds(terms);
      int best = terms.length;
      for (int left = 0; left < terms.length; left++) {
        if (right[left] >= 0) {
          int others =
              (int) IntStream.rangeClosed(left, right[left]).filter(i -> terms[i] < 0).count();
          best = Math.min(best, others);
        }
      }
      return best;
    }
  },
  /** The length in words of the shortest group of all terms around an occurrence, on average. */
  SPAN {
    @Override
    double of(int[] terms) {
      int[] right = groupEnds(terms);
      double sum = 0;
      int occurrences = 0;
      for (int at = 0; at < terms.length; at++) {
        if (terms[at] >= 0) {
          int best = terms.length;
          for (int left = 0; left <= at; left++) {
            if (right[left] >= 0) {
              best = Math.min(best, Math.max(right[left], at) - left + 1);
            }
          }
          sum += best;
          occurrences++;
        }
      }
      return sum / occurrences;
    }
  };

  abstract double of(int[] terms);

  private static List<List<Integer>> places(int[] terms) {
    int distinct = Arrays.stream(terms).max().orElse(-1) + 1;
    List<List<Integer>> places = new ArrayList<>();
    for (int term = 0; term < distinct; term++) {
      int wanted = term;
      List<Integer> of =
          IntStream.range(0, terms.length).filter(i -> terms[i] == wanted).boxed().toList();
      if (!of.isEmpty()) {
        places.add(of);
      }
    }
    return places;
  }

  private static double meanDistance(List<Integer> some, List<Integer> others) {
    double sum = 0;
    for (int one : some) {
      for (int other : others) {
        sum += Math.abs(one - other);
      }
    }
    return sum / (some.size() * (double) others.size());
  }

  /**
   * For each place with a term, where the shortest group of all terms that begins there ends; -1
   * for other places, and where no group begins.
   */
  private static int[] groupEnds(int[] terms) {
    int[] ends = new int[terms.length];
    Arrays.fill(ends, -1);
    int[] counts = new int[Arrays.stream(terms).max().orElse(-1) + 1];
    int wanted = (int) Arrays.stream(terms).filter(t -> t >= 0).distinct().count();
    int held = 0;
    int right = -1;
    for (int left = 0; left < terms.length; left++) {
      while (held < wanted && right + 1 < terms.length) {
        right++;
        if (terms[right] >= 0 && counts[terms[right]]++ == 0) {
          held++;
        }
      }
      if (held < wanted) {
        break;
      }
      if (terms[left] >= 0) {
        ends[left] = right;
        if (--counts[terms[left]] == 0) {
          held--;
        }
      }
    }
    return ends;
  }
}
