package io.lucerna.explorer;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where heads look while a passage is read.
 *
 * @param spec what was done to the model, in the one form that specs are printed in
 * @param sides one for each text that the model reads: the pair, or query and passage
 */
record AttentionAnswer(String spec, List<Side> sides) {
  /**
   * One text.
   *
   * @param side {@code pair}, {@code query} or {@code passage}
   * @param tokens in order
   * @param heads in forward order: all, or the one that was asked for
   */
  record Side(String side, List<Token> tokens, List<Head> heads) {}

  /**
   * A token.
   *
   * @param from {@code query}, {@code passage}, or empty for a special token
   */
  record Token(String piece, String from) {}

  /**
   * A head.
   *
   * @param name such as {@code L3H7}; of a decoder that looks at the text, {@code D0X1}
   * @param point its hook point
   * @param toPassage how much of the attention of a query's token goes to the passage, on average;
   *     null where one of them is not there
   * @param toQuery how much of that of a passage's token goes to the query
   * @param image its rows from the top, at most 32 by 32, each the largest of the numbers that it
   *     stands for, as 255 times its square root; null if the head alone was asked for
   * @param width the image's
   * @param rows by token that looks, and then by token that is looked at; null but if the head
   *     alone was asked for
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Head(
      String name,
      String point,
      @Nullable Double toPassage,
      @Nullable Double toQuery,
      @Nullable String image,
      int width,
      @Nullable List<float[]> rows) {}
}
