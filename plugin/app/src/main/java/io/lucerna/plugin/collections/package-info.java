/**
 * Collections by name: where their files are, how they are indexed, how their text is cleaned.
 *
 * <p>{@link io.lucerna.plugin.collections.CollectionRegistry} lists them; {@link
 * io.lucerna.plugin.collections.CollectionStore} finds their files in folders, the cache or the
 * web. For example, {@code -topics cacm}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Use a file whose checksum is not that of the collection.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.collections;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
