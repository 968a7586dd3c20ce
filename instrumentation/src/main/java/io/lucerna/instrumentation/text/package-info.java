/**
 * Texts as a model reads them: tokens, batches of them, and two texts made equally long.
 *
 * <p>A {@link io.lucerna.instrumentation.text.TokenSequence} has ids, types and, for each position,
 * a {@link io.lucerna.instrumentation.text.Token} with its {@link
 * io.lucerna.instrumentation.text.Role}: a query word, a matching word of the passage, a special
 * token. A {@link io.lucerna.instrumentation.text.TokenBatch} is what a forward pass takes. {@link
 * io.lucerna.instrumentation.text.PairAligner} puts filler into the shorter one of two inputs, so
 * that position i means the same in both.
 *
 * <p>For example, {@code TokenBatch.of(List.of(sequence), padId, Side.PAIR)} is a batch of one
 * text; {@code sequence.positions(Role.MATCH)} are the positions of its matching words.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Compare positions of two texts that were not aligned.
 *   <li>Take the batch for the texts: rows are sorted by length; {@code rows()} says which text
 *       each one is.
 *   <li>Make filler out of text: tokenizing it again could change its neighbours.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.text;

import org.jspecify.annotations.NullMarked;
