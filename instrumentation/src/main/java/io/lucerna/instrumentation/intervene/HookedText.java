package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;

/**
 * The text whose activation a {@link CustomHook} is given.
 *
 * @param point the point
 * @param side whether it is a query, a passage, or both in one input
 * @param tokens all of its tokens, with their roles
 * @param positions the tokens whose rows these are; 0 at a point without tokens
 * @param heads the heads, from 0; 0 at a point without heads
 * @param elements the units of the last axis, or the tokens that are attended to
 */
public record HookedText(
    HookPoint point,
    Side side,
    TokenSequence tokens,
    int[] positions,
    int[] heads,
    int[] elements) {}
