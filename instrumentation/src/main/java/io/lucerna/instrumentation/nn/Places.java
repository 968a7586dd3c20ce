package io.lucerna.instrumentation.nn;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * How positions enter one kind of attention in one batch: who sees whom, and where each is.
 * Broadcasts over what a dimension of 1 stands for.
 *
 * @param mask added to the scores [B or 1, N or 1, S or 1, S]: the lowest fp32 number where a query
 *     may not look, a bias elsewhere; null where nothing is added
 * @param cos cosines of the rotary angles [S, D]; null where nothing is rotated
 * @param sin their sines [S, D]
 * @param relative for each query and key the row of a table of relative positions [S, S]; null
 *     where there is no such table
 */
public record Places(
    @Nullable NDArray mask,
    @Nullable NDArray cos,
    @Nullable NDArray sin,
    @Nullable NDArray relative) {

  /** Places that enter through a mask alone. */
  public static Places of(@Nullable NDArray mask) {
    return new Places(mask, null, null, null);
  }

  /** The places of some texts of the batch, such as {@code 0:2}. */
  Places of(String texts) {
    return mask == null || mask.getShape().get(0) == 1
        ? this
        : new Places(mask.get(texts), cos, sin, relative);
  }

  /** The mask of the first queries. */
  @Nullable NDArray mask(long queries) {
    if (mask == null || mask.getShape().get(2) == 1 || mask.getShape().get(2) == queries) {
      return mask;
    }
    return mask.get(":, :, :" + queries);
  }
}
