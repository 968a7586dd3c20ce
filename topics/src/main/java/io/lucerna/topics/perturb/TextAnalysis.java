package io.lucerna.topics.perturb;

import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * Reads texts as an index does. Words are those of Lucene's StandardTokenizer (Unicode's UAX 29);
 * the terms are the analyzer's. Thread-safe.
 */
public final class TextAnalysis {
  private static final Analyzer WORDS =
      new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
          return new TokenStreamComponents(new StandardTokenizer());
        }
      };

  private final Analyzer analyzer;
  private final String field;

  /**
   * Makes an analysis that does as this analyzer does for a field.
   *
   * @param analyzer the index's analyzer, which stays the caller's
   * @param field the field that has the passages
   */
  public TextAnalysis(Analyzer analyzer, String field) {
    this.analyzer = analyzer;
    this.field = field;
  }

  /**
   * {@return an analysis as Anserini indexes English by default: Lucene's {@link EnglishAnalyzer},
   * lower case, without stop words, Porter's stems}
   */
  public static TextAnalysis english() {
    return new TextAnalysis(new EnglishAnalyzer(), "contents");
  }

  Analyzer analyzer() {
    return analyzer;
  }

  String field() {
    return field;
  }

  private record Indexed(String term, int start, boolean counts) {}

  /**
   * Analyses a text.
   *
   * @param text the text
   * @return the text, its words, and its index terms
   */
  public AnalyzedText of(String text) {
    List<Indexed> indexed = new ArrayList<>();
    each(analyzer, text, (term, start, end, moves) -> indexed.add(new Indexed(term, start, moves)));
    TreeMap<Integer, Word> words = new TreeMap<>();
    each(
        WORDS,
        text,
        (term, start, end, moves) ->
            words.put(start, new Word(text.substring(start, end), start, end, Optional.empty())));
    Map<String, Integer> counts = new HashMap<>();
    int length = 0;
    for (Indexed token : indexed) {
      counts.merge(token.term, 1, Integer::sum);
      length += token.counts ? 1 : 0;
      Map.Entry<Integer, Word> at = words.floorEntry(token.start);
      if (at != null && at.getValue().term().isEmpty() && token.start < at.getValue().end()) {
        Word word = at.getValue();
        words.put(
            at.getKey(), new Word(word.text(), word.start(), word.end(), Optional.of(token.term)));
      }
    }
    return new AnalyzedText(text, List.copyOf(words.values()), counts, length);
  }

  /**
   * {@return the terms of a text in order}
   *
   * @param text the text
   */
  public List<String> terms(String text) {
    List<String> terms = new ArrayList<>();
    each(analyzer, text, (term, start, end, moves) -> terms.add(term));
    return terms;
  }

  private interface Consumer {
    void accept(String term, int start, int end, boolean moves);
  }

  private void each(Analyzer by, String text, Consumer consumer) {
    try (TokenStream stream = by.tokenStream(field, text)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      OffsetAttribute offset = stream.addAttribute(OffsetAttribute.class);
      PositionIncrementAttribute step = stream.addAttribute(PositionIncrementAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        consumer.accept(
            term.toString(),
            offset.startOffset(),
            offset.endOffset(),
            step.getPositionIncrement() > 0);
      }
      stream.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
