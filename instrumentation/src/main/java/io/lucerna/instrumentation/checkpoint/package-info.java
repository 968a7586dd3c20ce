/** Stored weights: safetensors, PyTorch and ONNX files opened as named fp32 tensors. */
@NullMarked
package io.lucerna.instrumentation.checkpoint;

import org.jspecify.annotations.NullMarked;
