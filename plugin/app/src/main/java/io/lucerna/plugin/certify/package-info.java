/**
 * The parity certificate: a model's numbers against those of Hugging Face transformers.
 *
 * <p>{@link io.lucerna.plugin.certify.PythonReference} makes a reference with Python; a {@link
 * io.lucerna.plugin.certify.Certificate} compares and says what holds.
 *
 * <p>For example, {@code certify -model minilm -python python3}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Certify a model whose token ids differ from the reference's, however close its numbers are.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.certify;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
