package io.lucerna.topics.perturb;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.WordlistLoader;
import org.apache.lucene.analysis.snowball.SnowballFilter;

/**
 * English words that say nothing by themselves: question words, pronouns, prepositions, auxiliary
 * verbs. They are Snowball's stop words, which Lucene has too, and a few more; an index leaves out
 * fewer.
 */
final class FunctionWords {
  /** Snowball leaves out what can be a noun as well. */
  private static final Set<String> MORE =
      Set.of("can", "may", "might", "must", "shall", "will", "many", "much", "vs", "versus", "etc");

  private static final CharArraySet SNOWBALL = read();

  private FunctionWords() {}

  static boolean contain(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return SNOWBALL.contains(lower) || MORE.contains(lower);
  }

  private static CharArraySet read() {
    try (InputStream list =
        Objects.requireNonNull(SnowballFilter.class.getResourceAsStream("english_stop.txt"))) {
      return WordlistLoader.getSnowballWordSet(
          new StringReader(new String(list.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
