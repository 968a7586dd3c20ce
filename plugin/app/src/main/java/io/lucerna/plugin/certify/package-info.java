/** The parity certificate: a model's numbers against those of Hugging Face transformers. */
@NullMarked
package io.lucerna.plugin.certify;

import org.jspecify.annotations.NullMarked;
