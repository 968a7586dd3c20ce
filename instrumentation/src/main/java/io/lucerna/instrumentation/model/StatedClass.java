package io.lucerna.instrumentation.model;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The Hugging Face class that a folder's weights are used as, where {@code config.json} names
 * another: it names the class that the model was saved or started from.
 */
final class StatedClass {
  private StatedClass() {}

  /**
   * What a folder's weights are used as.
   *
   * <ul>
   *   <li>What sentence-transformers pools is the bare model, even if {@code config.json} says that
   *       it had the head of pre-training (all-mpnet-base-v2 says MPNetForMaskedLM).
   *   <li>A bare BERT with ColBERT's settings beside it is a ColBERT.
   * </ul>
   *
   * @param named the class in {@code config.json}
   */
  static String used(Path folder, String named) {
    boolean pooled = Files.isRegularFile(folder.resolve("1_Pooling").resolve("config.json"));
    if (pooled) {
      return named.replaceFirst("For(MaskedLM|PreTraining)$", "Model");
    }
    boolean colbert = Files.isRegularFile(folder.resolve("artifact.metadata"));
    return colbert && named.equals("BertModel") ? "HF_ColBERT" : named;
  }
}
