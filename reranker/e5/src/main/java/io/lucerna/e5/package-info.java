/**
 * The ranker {@code e5-small-v2-q}, trained for retrieval, which needs no download. With this
 * artifact on the class path, {@code Rankers.embedded("e5-small-v2-q", ScorerOptions.defaults())}
 * opens it.
 *
 * <p>{@link io.lucerna.e5.E5} says which resources its folder is made of.
 */
@NullMarked
package io.lucerna.e5;

import org.jspecify.annotations.NullMarked;
