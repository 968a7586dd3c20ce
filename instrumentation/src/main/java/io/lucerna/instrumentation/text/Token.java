package io.lucerna.instrumentation.text;

/**
 * One token of an input, and where it comes from.
 *
 * @param piece the vocabulary's entry, such as {@code ##ing}
 * @param segment which text it is from: of a pair, 0 the query and 1 the passage; 0 a text read
 *     alone; -1 neither: a special token, or a word of a prompt
 * @param word number of its word within its text, -1 for neither; whatever the tokenizer, words are
 *     what is between whitespace and punctuation, and each ideograph
 * @param start where it starts in its text, in UTF-16 units and without whitespace; 0 for neither
 * @param end where it ends, exclusive; 0 for neither
 * @param role what it is in its pair
 */
public record Token(String piece, int segment, int word, int start, int end, Role role) {

  /** {@return whether it is of no text: the tokenizer added it, or the prompt has it} */
  public boolean special() {
    return segment < 0;
  }

  /**
   * {@return the same in another role}
   *
   * @param other the role in place of this one's
   */
  public Token as(Role other) {
    return new Token(piece, segment, word, start, end, other);
  }
}
