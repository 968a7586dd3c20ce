/**
 * The ranker {@code minilm}, which needs no download. With this artifact on the class path, {@code
 * Rankers.embedded("minilm", ScorerOptions.defaults())} opens it.
 *
 * <p>{@link io.lucerna.minilm.Minilm} says which resources its folder is made of.
 */
@NullMarked
package io.lucerna.minilm;

import org.jspecify.annotations.NullMarked;
