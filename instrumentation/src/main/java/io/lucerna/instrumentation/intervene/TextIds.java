package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;
import java.util.Optional;

/**
 * The ids of the texts of one call.
 *
 * @param query the query's id; empty if none were given
 * @param pairs an id for each passage of the call, in its order
 */
record TextIds(Optional<String> query, List<String> pairs) {
  static final TextIds NONE = new TextIds(Optional.empty(), List.of());

  /** The text of a row. Without ids, its token ids identify it. */
  InputText text(TokenBatch batch, int row) {
    TokenSequence tokens = batch.sequences().get(row);
    if (query.isEmpty()) {
      return new InputText(batch.side(), query, List.of(), tokens);
    }
    if (batch.side() == Side.QUERY) {
      return new InputText(batch.side(), query, pairs, tokens);
    }
    int number = batch.rows()[row];
    if (number >= pairs.size()) {
      throw new IllegalArgumentException(
          "passage number " + number + " has no id; ids were given for " + pairs.size());
    }
    String id = pairs.get(number);
    return new InputText(batch.side(), Optional.of(id), List.of(id), tokens);
  }
}
