/**
 * What a model reads of a query and a passage: the tokenizer that its folder stands for ({@code
 * TokenizerFiles}, {@code TokenizerClass}), the form around the texts ({@code InputForm}: a pair, a
 * prompt, prefixes, ColBERT's markers), and the token ids with their roles, cut to the model's
 * limit ({@code PairTokenizer}).
 *
 * <p>Where two files of a folder disagree, what transformers does counts; a setting that would
 * change scores and is not understood is refused by name. Nothing here knows a score.
 */
@NullMarked
package io.lucerna.reranker.input;

import org.jspecify.annotations.NullMarked;
