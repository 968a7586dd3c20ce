/**
 * Where rankers come from: the built-in one, folders, the hub.
 *
 * <p>{@link io.lucerna.plugin.models.ModelRegistry} opens a ranker by the name that a user gives;
 * {@link io.lucerna.reranker.EmbeddedModel} lays {@code minilm} out in the cache, so that it opens
 * like any other folder.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Ask the network for a name that is a folder here.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.models;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
