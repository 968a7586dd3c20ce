/**
 * One file for each model family: its configuration, its weights, and how its parts fit together.
 *
 * <p>A {@link io.lucerna.instrumentation.family.Family} says which names in {@code config.json} it
 * answers to and loads a {@link io.lucerna.instrumentation.family.Network} from {@link
 * io.lucerna.instrumentation.family.Weights}. {@link
 * io.lucerna.instrumentation.family.Architecture} reads the folder and finds the family.
 *
 * <p>To add one, write a file like {@code Bert}, list it in {@code Families}, and make a golden for
 * it with {@code make_families.py}. The tests then compare every hook point with Hugging Face
 * transformers.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Guess a setting. What would change the numbers and is not supported is refused by name,
 *       with {@link io.lucerna.instrumentation.family.Settings}.
 *   <li>Ignore a tensor. Each is used exactly once, but for a stated list of left-overs.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.instrumentation.family;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
