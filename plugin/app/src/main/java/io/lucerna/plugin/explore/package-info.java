/**
 * What the explorer ranks: the candidates of a run, or whatever BM25 finds in an index.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Find or read anything in another way than {@code search} and {@code rerank} do.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.explore;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
