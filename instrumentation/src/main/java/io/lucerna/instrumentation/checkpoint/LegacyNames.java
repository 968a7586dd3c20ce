package io.lucerna.instrumentation.checkpoint;

import java.nio.file.Path;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Names of tensors that have changed since files were written. transformers renames the same ones
 * when it loads (conversion_mapping.py, "legacy"): LayerNorm's gamma and beta, as BERT's first
 * files have them, are its weight and bias.
 */
final class LegacyNames {
  private LegacyNames() {}

  /** Today's name. */
  static String current(String name) {
    return name.replace("LayerNorm.gamma", "LayerNorm.weight")
        .replace("LayerNorm.beta", "LayerNorm.bias");
  }

  /**
   * The tensors under today's names.
   *
   * @param path what messages name
   * @throws CheckpointException if a tensor is there under both names
   */
  static SortedMap<String, StoredTensor> current(
      Path path, SortedMap<String, StoredTensor> tensors) {
    SortedMap<String, StoredTensor> renamed = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (renamed.put(current(name), tensor) != null) {
            throw new CheckpointException(
                path + ": holds tensor " + current(name) + " twice, once under its old name");
          }
        });
    return renamed;
  }

  /**
   * What to do about names that no family has, where they show who wrote them; empty otherwise. A
   * hint for messages, after their text.
   */
  static String hint(Collection<String> names) {
    if (!names.isEmpty() && names.stream().allMatch(name -> name.startsWith("module."))) {
      return ". All names begin with module., as torch.nn.DataParallel has them, which transformers"
          + " does not load either: save model.module instead of model";
    }
    if (names.stream().anyMatch(name -> name.matches(".*/(kernel|gamma|beta)(:0)?"))) {
      return ". The names are TensorFlow's: convert the checkpoint to PyTorch first";
    }
    return "";
  }
}
