package io.lucerna.instrumentation.model;

/**
 * One token of an input, and where it comes from.
 *
 * @param piece the vocabulary's entry, such as {@code ##ing}
 * @param segment which text it is from: 0 the first, 1 the second, -1 a special token
 * @param word number of its word within its text, -1 for a special token; words are what the
 *     tokenizer splits a text into before it looks into the vocabulary
 * @param start where it starts in its text, in UTF-16 units; 0 for a special token
 * @param end where it ends, exclusive; 0 for a special token
 * @param role what it is in its pair
 */
public record Token(String piece, int segment, int word, int start, int end, Role role) {

  /** Whether the tokenizer added it. */
  public boolean special() {
    return segment < 0;
  }

  /** The same in another role. */
  public Token as(Role other) {
    return new Token(piece, segment, word, start, end, other);
  }
}
