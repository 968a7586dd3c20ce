package io.lucerna.plugin.anserini;

import io.anserini.analysis.DefaultEnglishAnalyzer;
import io.anserini.index.Constants;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.topics.perturb.TextAnalysis;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The terms that Anserini indexes by default: English, Porter's stems, without stop words. As a
 * {@link TermForm} it makes the roles of tokens agree with the index: give it to ScorerOptions'
 * {@code withTerms}. Thread-safe.
 */
public final class IndexTerms implements TermForm {
  private static final int REMEMBERED = 100_000;

  private final TextAnalysis analysis =
      new TextAnalysis(DefaultEnglishAnalyzer.newDefaultInstance(), Constants.CONTENTS);
  private final Map<String, Optional<String>> known = new ConcurrentHashMap<>();

  /** What reads whole texts in the same way. */
  public TextAnalysis analysis() {
    return analysis;
  }

  /** The term of a word; the terms in a row, separated by spaces, of a word that has several. */
  @Override
  public Optional<String> of(String word) {
    Optional<String> remembered = known.get(word);
    if (remembered != null) {
      return remembered;
    }
    List<String> terms = analysis.terms(word);
    Optional<String> term =
        terms.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", terms));
    if (known.size() < REMEMBERED) {
      known.put(word, term);
    }
    return term;
  }
}
