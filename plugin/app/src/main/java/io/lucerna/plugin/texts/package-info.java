/**
 * What is reranked: candidates with their queries, and where their texts come from.
 *
 * <p>A {@link io.lucerna.plugin.texts.TextSource} gives the text of a document, from an index, a
 * corpus or requests; {@link io.lucerna.plugin.texts.CleaningChoice} decides once, from the first
 * documents, how stored text becomes a passage.
 *
 * <p>For example, {@code -corpus corpus.jsonl} stands for {@link
 * io.lucerna.plugin.texts.CorpusTexts}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Let the cleaning depend on the run: a pair of query and passage has one score.
 *   <li>Pass on an id that a TREC run cannot hold, if a run is to be written.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.texts;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
