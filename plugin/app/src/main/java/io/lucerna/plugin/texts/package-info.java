/** What is reranked: candidates with their queries, and where their texts are from. */
@NullMarked
package io.lucerna.plugin.texts;

import org.jspecify.annotations.NullMarked;
