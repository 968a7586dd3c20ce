package io.lucerna.instrumentation.model;

import java.util.Arrays;
import java.util.Locale;

/**
 * One text, or one pair of texts, as the model reads it.
 *
 * @param ids token ids with special tokens, without padding
 * @param types token types as the tokenizer gives them
 * @param segments which text each token is from: 0 the first, 1 the second, -1 a special token
 * @param truncated whether tokens were cut off to keep within the limit
 */
public record TokenSequence(long[] ids, long[] types, int[] segments, boolean truncated) {

  /** Checks that the arrays agree. */
  public TokenSequence {
    if (ids.length == 0 || ids.length != types.length || ids.length != segments.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "ids, types and segments must have the same length of at least 1, got %d, %d, %d",
              ids.length,
              types.length,
              segments.length));
    }
  }

  /** Number of tokens. */
  public int length() {
    return ids.length;
  }

  /** A sequence of given ids and types, for callers who have no text. */
  public static TokenSequence ofIds(long[] ids, long[] types) {
    int[] segments = new int[ids.length];
    Arrays.fill(segments, -1);
    return new TokenSequence(ids, types, segments, false);
  }
}
