/**
 * Stored weights: safetensors, PyTorch and ONNX files opened as named fp32 tensors.
 *
 * <p>{@link io.lucerna.instrumentation.checkpoint.Checkpoints} opens a folder or a file as a {@link
 * io.lucerna.instrumentation.checkpoint.Checkpoint}, whose tensors are read when they are asked
 * for. {@link io.lucerna.instrumentation.checkpoint.ModelFolder} finds the files, also those of a
 * LoRA adapter's base.
 *
 * <p>For example, {@code Checkpoints.open(folder).floats("embeddings.word_embeddings.weight")}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Trust a file. Sizes, offsets and counts are checked before memory is allocated; of a
 *       pickle, only what builds tensors is executed.
 *   <li>Change a number without saying so: what fp32 cannot hold exactly, or is not finite, is
 *       refused.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.checkpoint;

import org.jspecify.annotations.NullMarked;
