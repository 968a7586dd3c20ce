package io.lucerna.instrumentation.hooks;

import io.lucerna.instrumentation.text.TokenBatch;

/**
 * Where a hook is being called: the point, and the texts whose activations these are.
 *
 * @param point the point
 * @param batch the batch in the network; its rows are the first dimension of every activation
 */
public record HookContext(HookPoint point, TokenBatch batch) {}
