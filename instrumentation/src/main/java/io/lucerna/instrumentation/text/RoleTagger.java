package io.lucerna.instrumentation.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Gives the tokens of a passage their roles with respect to a query: {@link Role#MATCH}, {@link
 * Role#STEM} or {@link Role#OTHER}.
 *
 * @param terms what makes two words the same term
 */
public record RoleTagger(TermForm terms) {

  /**
   * {@return the same input with roles}
   *
   * @param input the tokens of both texts, whose offsets are in characters of their text
   * @param passageSegment the segment that is the passage; tokens of the other one are the query's
   * @param query the query's text
   * @param passage the passage's text, which the tokens' offsets are in
   */
  public TokenSequence tag(TokenSequence input, int passageSegment, String query, String passage) {
    Set<String> words = new HashSet<>();
    Set<String> stems = new HashSet<>();
    for (String word : query.split("[^\\p{L}\\p{M}\\p{N}]+")) {
      terms
          .of(word)
          .ifPresent(
              term -> {
                words.add(word.toLowerCase(Locale.ROOT));
                stems.add(term);
              });
    }
    List<Token> tagged = new ArrayList<>(input.length());
    List<Token> tokens = input.tokens();
    for (int from = 0; from < tokens.size(); ) {
      int to = wordEnd(tokens, from);
      Token first = tokens.get(from);
      Role role = first.role();
      if (first.segment() == passageSegment) {
        String word = passage.substring(first.start(), tokens.get(to - 1).end());
        role = role(word, words, stems);
      }
      for (Token token : tokens.subList(from, to)) {
        tagged.add(token.as(role));
      }
      from = to;
    }
    return input.with(tagged);
  }

  private Role role(String word, Set<String> words, Set<String> stems) {
    if (words.contains(word.toLowerCase(Locale.ROOT))) {
      return Role.MATCH;
    }
    return terms.of(word).filter(stems::contains).isPresent() ? Role.STEM : Role.OTHER;
  }

  private static int wordEnd(List<Token> tokens, int from) {
    Token first = tokens.get(from);
    int to = from + 1;
    while (!first.special()
        && to < tokens.size()
        && tokens.get(to).segment() == first.segment()
        && tokens.get(to).word() == first.word()) {
      to++;
    }
    return to;
  }
}
