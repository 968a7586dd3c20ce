package io.lucerna.instrumentation.text;

import io.lucerna.base.Given;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One text, or one pair of texts, as the model reads it.
 *
 * @param ids token ids with special tokens, without padding
 * @param types token types as the tokenizer gives them
 * @param tokens where each token comes from
 * @param truncated whether tokens were cut off to keep within the limit
 * @param attended how many tokens, from the first on, attention reads; those after them read, and
 *     are read by none (the masks that fill up a query of ColBERT)
 */
public record TokenSequence(
    long[] ids, long[] types, List<Token> tokens, boolean truncated, int attended) {

  /**
   * Checks that the parts agree.
   *
   * @throws IllegalArgumentException if there are no ids, if ids, types and tokens are not equally
   *     many, or attention reads none or more than there are
   */
  public TokenSequence {
    Given.value(ids, "the array of ids");
    Given.value(types, "the array of types");
    tokens = Given.list(tokens, "tokens", "token");
    if (ids.length == 0 || ids.length != types.length || ids.length != tokens.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "ids, types and tokens must have the same length of at least 1, got %d, %d, %d",
              ids.length,
              types.length,
              tokens.size()));
    }
    if (attended < 1 || attended > ids.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "attention reads 1 to %d tokens, got %d", ids.length, attended));
    }
  }

  /**
   * A sequence all of whose tokens attention reads.
   *
   * @param ids token ids with special tokens, without padding
   * @param types token types, as many as ids
   * @param tokens where each token comes from, as many as ids
   * @param truncated whether tokens were cut off to keep within the limit
   */
  public TokenSequence(long[] ids, long[] types, List<Token> tokens, boolean truncated) {
    this(ids, types, tokens, truncated, ids.length);
  }

  /** {@return the number of tokens} */
  public int length() {
    return ids.length;
  }

  /**
   * {@return the same ids with other tokens}
   *
   * @param others as many as there are ids
   */
  public TokenSequence with(List<Token> others) {
    return new TokenSequence(ids, types, others, truncated, attended);
  }

  /**
   * {@return the positions of the tokens with this role, in order}
   *
   * @param role what the tokens are in their pair
   */
  public int[] positions(Role role) {
    return IntStream.range(0, length()).filter(i -> tokens.get(i).role() == role).toArray();
  }

  /**
   * {@return the same without the tokens from {@code start} to before {@code end}, marked as
   * truncated}
   *
   * @param start the first position to leave out, from 0
   * @param end the position after the last one to leave out
   */
  public TokenSequence without(int start, int end) {
    List<Token> rest = new ArrayList<>(tokens.subList(0, start));
    rest.addAll(tokens.subList(end, length()));
    int unread = Math.max(0, Math.min(end, attended) - start);
    return new TokenSequence(
        cut(ids, start, end), cut(types, start, end), rest, true, attended - unread);
  }

  private static long[] cut(long[] values, int start, int end) {
    long[] rest = new long[values.length - (end - start)];
    System.arraycopy(values, 0, rest, 0, start);
    System.arraycopy(values, end, rest, start, values.length - end);
    return rest;
  }

  /**
   * {@return a sequence of given ids and types, for callers who have no text: the first token is
   * CLS, all others are SEP, and none has a place in a text}
   *
   * @param ids token ids with special tokens, without padding
   * @param types token types, as many as ids
   */
  public static TokenSequence ofIds(long[] ids, long[] types) {
    List<Token> tokens = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      tokens.add(new Token("#" + ids[i], -1, -1, 0, 0, i == 0 ? Role.CLS : Role.SEP));
    }
    return new TokenSequence(ids, types, tokens, false);
  }
}
