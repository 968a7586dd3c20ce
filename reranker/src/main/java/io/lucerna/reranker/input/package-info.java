/**
 * What a model reads of a query and a passage: token ids with their roles.
 *
 * <p>A {@code PairTokenizer} turns two texts into {@link
 * io.lucerna.instrumentation.text.TokenSequence}s, cut to the model's limit, by the tokenizer of
 * the folder ({@code TokenizerFiles}, {@code TokenizerClass}) and the form around the texts ({@code
 * InputForm}: a pair, a prompt, prefixes, ColBERT's markers). {@code Truncation} says what an input
 * that is too long loses.
 *
 * <p>For example, {@code models -model minilm -show-input} prints all of it, token by token. Where
 * two files of a folder disagree, what transformers does counts.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Ignore a setting that would change scores: what is not supported is refused by name.
 *   <li>Cut what surrounds the texts; only the texts lose tokens.
 *   <li>Know a score here.
 * </ul>
 */
@NullMarked
package io.lucerna.reranker.input;

import org.jspecify.annotations.NullMarked;
