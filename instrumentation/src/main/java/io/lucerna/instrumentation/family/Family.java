package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.config.Task;
import java.util.Map;
import java.util.function.Function;

/**
 * A family of models.
 *
 * @param type what {@code model_type} says
 * @param bare the class that a file without {@code architectures} is of
 * @param tasks the Hugging Face classes, and what the output of each is
 * @param prompts the prompts of those that read both texts in one, by their output
 * @param loader reads the weights of one model
 */
public record Family(
    String type,
    String bare,
    Map<String, Task> tasks,
    Map<Task, Prompt> prompts,
    Function<Loading, Network> loader) {

  /** A family that reads no prompts. */
  Family(String type, String bare, Map<String, Task> tasks, Function<Loading, Network> loader) {
    this(type, bare, tasks, Map.of(), loader);
  }
}
