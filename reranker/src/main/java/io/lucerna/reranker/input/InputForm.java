package io.lucerna.reranker.input;

import java.util.List;
import java.util.Locale;

/** How a ranker turns a query and a passage into what its model reads. */
public sealed interface InputForm {

  /**
   * Query and passage in one input, each after a prefix, joined as the tokenizer joins two texts.
   *
   * @param queryPrefix mostly empty
   * @param passagePrefix mostly empty
   */
  record Pair(String queryPrefix, String passagePrefix) implements InputForm {}

  /**
   * Query and passage in one input, in their places in a prompt. The prompt is read as one text
   * together with what is put in, so special tokens that it names become those tokens.
   *
   * @param text has {@code {query}} and {@code {passage}} once each, in any order
   */
  record Prompt(String text) implements InputForm {
    private static final String QUERY = "{query}";
    private static final String PASSAGE = "{passage}";

    /**
     * Checks the places.
     *
     * @throws IllegalArgumentException if one is missing or occurs twice
     */
    public Prompt {
      for (String place : List.of(QUERY, PASSAGE)) {
        int at = text.indexOf(place);
        if (at < 0 || text.indexOf(place, at + 1) >= 0) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "the prompt '%s' has %s %s; a prompt has {query} once and {passage} once, as in"
                      + " 'Query: {query} Document: {passage} Relevant:'",
                  text,
                  at < 0 ? "no" : "more than one",
                  place));
        }
      }
    }

    Parts parts(String query, String passage) {
      int q = text.indexOf(QUERY);
      int p = text.indexOf(PASSAGE);
      Parts.Part asked = new Parts.Part(query, Parts.QUERY);
      Parts.Part read = new Parts.Part(passage, Parts.PASSAGE);
      int afterQuery = q + QUERY.length();
      int afterPassage = p + PASSAGE.length();
      return q < p
          ? new Parts(
              List.of(
                  Parts.literal(text.substring(0, q)),
                  asked,
                  Parts.literal(text.substring(afterQuery, p)),
                  read,
                  Parts.literal(text.substring(afterPassage))))
          : new Parts(
              List.of(
                  Parts.literal(text.substring(0, p)),
                  read,
                  Parts.literal(text.substring(afterPassage, q)),
                  asked,
                  Parts.literal(text.substring(afterQuery))));
    }
  }

  /**
   * Query and passage apart, each after a prefix.
   *
   * @param queryPrefix such as {@code query: }; may be empty
   * @param passagePrefix such as {@code passage: }; may be empty
   */
  record Apart(String queryPrefix, String passagePrefix) implements InputForm {}

  /**
   * Query and passage apart, each with a marker after the first special token, the query filled up
   * with mask tokens (Khattab and Zaharia 2020, section 3.2).
   *
   * @param query the vocabulary's entry that marks a query
   * @param passage the one that marks a passage
   * @param queryLength tokens of a filled query, special tokens and marker included; a longer query
   *     is read whole
   * @param passageLength the most tokens of a passage
   * @param masksAttended whether attention reads the masks
   * @param withoutPunctuation whether a passage's punctuation is left out of MaxSim
   */
  record Markers(
      String query,
      String passage,
      int queryLength,
      int passageLength,
      boolean masksAttended,
      boolean withoutPunctuation)
      implements InputForm {

    /** The same with another limit on passages. */
    Markers withPassageLength(int length) {
      return new Markers(query, passage, queryLength, length, masksAttended, withoutPunctuation);
    }
  }
}
