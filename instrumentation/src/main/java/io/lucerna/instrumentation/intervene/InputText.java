package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One text in the network.
 *
 * @param side what it is
 * @param id its id, if its caller gave ids
 * @param ids the ids under which it may have been recorded; empty if its caller gave none
 * @param tokens the text
 */
record InputText(Side side, Optional<String> id, List<String> ids, TokenSequence tokens) {

  /** What distinguishes it from other texts, whatever its batch: its id, or else its tokens. */
  String identity() {
    return id.orElseGet(() -> Arrays.toString(tokens.ids()) + Arrays.toString(tokens.types()));
  }
}
