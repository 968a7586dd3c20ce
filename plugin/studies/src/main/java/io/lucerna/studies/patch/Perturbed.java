package io.lucerna.studies.patch;

import io.lucerna.topics.ContrastPair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The pairs of one perturbation, or all of a study. A part of a model may work for one perturbation
 * and against another, so each of several has lists and maps of its own.
 *
 * @param name of the perturbation; none for all pairs
 * @param ending what the names of its pictures end with; empty for all pairs
 * @param label what it is called beside others; empty if there are none
 */
record Perturbed(Optional<String> name, String ending, String label) {
  /** All pairs. */
  static final Perturbed ALL = new Perturbed(Optional.empty(), "", "");

  private static final Perturbed POOLED = new Perturbed(Optional.empty(), "", "all pairs pooled");

  /**
   * What has a list and maps in a study.
   *
   * @param perturbations all that the study has, each once
   * @param pooled whether all pairs of several have theirs too, as the last
   */
  static List<Perturbed> of(List<String> perturbations, boolean pooled) {
    if (perturbations.size() < 2) {
      return List.of(ALL);
    }
    List<Perturbed> all = new ArrayList<>();
    Set<String> endings = new HashSet<>();
    for (String name : perturbations) {
      String ending = fileName(name);
      for (int i = 2; !endings.add(ending); i++) {
        ending = fileName(name) + "-" + i;
      }
      all.add(new Perturbed(Optional.of(name), "." + ending, name));
    }
    all.addAll(pooled ? List.of(POOLED) : List.of());
    return all;
  }

  /** The names of the perturbations of some pairs, sorted. */
  static List<String> names(List<ContrastPair> pairs) {
    return pairs.stream().map(ContrastPair::perturbation).distinct().sorted().toList();
  }

  /** A perturbation's name as part of the name of a file: {@code ADD-idf}. */
  static String fileName(String perturbation) {
    return perturbation.replaceAll("[^A-Za-z0-9.+_-]+", "-");
  }

  /** Whether a pair is one of these. */
  boolean has(ContrastPair pair) {
    return isOf(pair.perturbation());
  }

  /** Whether pairs of a perturbation are among these. */
  boolean isOf(String perturbation) {
    return name.isEmpty() || name.get().equals(perturbation);
  }

  /** Something of these pairs in words: {@code denoise}, or {@code denoise, TFC1}. */
  String words(String of) {
    return label.isEmpty() ? of : of + ", " + label;
  }
}
