package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.List;

/**
 * One text in the network.
 *
 * @param side what it is
 * @param identity what distinguishes it from other texts, whatever its batch
 * @param ids the ids under which it may have been recorded; empty if its caller gave none
 * @param tokens the text
 */
record InputText(Side side, String identity, List<String> ids, TokenSequence tokens) {}
