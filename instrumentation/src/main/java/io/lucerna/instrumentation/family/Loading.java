package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.config.Task;

/**
 * All that a family needs to make a network.
 *
 * @param architecture the Hugging Face class
 * @param task what the output shall be
 * @param settings the keys of {@code config.json}
 * @param checkpoint the stored weights
 * @param weights takes them out, each once
 * @param output what the user or the tokenizer decides of the output
 */
public record Loading(
    String architecture,
    Task task,
    Settings settings,
    Checkpoint checkpoint,
    Weights weights,
    OutputSettings output) {}
