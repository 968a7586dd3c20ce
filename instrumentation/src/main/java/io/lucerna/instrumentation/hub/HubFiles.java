package io.lucerna.instrumentation.hub;

import io.lucerna.base.Internal;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names of the files that are fetched where a repository has them, besides the weights. A file
 * that readers of folders open and that is not here would make a model of the hub another one than
 * the same folder on disk.
 */
@Internal
public final class HubFiles {
  /**
   * Files of sentencepiece and tiktoken, which cannot be read. With them in the snapshot, Python
   * can write there the tokenizer.json that is missing.
   */
  public static final List<String> FOREIGN_TOKENIZERS =
      List.of(
          "spiece.model",
          "sentencepiece.bpe.model",
          "spm.model",
          "sentencepiece.model",
          "tokenizer.model",
          "tekken.json");

  /** The names of sentence-transformers' settings, of which the first that is there is read. */
  public static final List<String> SENTENCE_SETTINGS =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  /** What is next to the weights, in a folder that modules.json may name. */
  static final List<String> BESIDE_WEIGHTS =
      Stream.of(
              List.of(
                  "config.json",
                  "tokenizer.json",
                  "tokenizer_config.json",
                  "vocab.txt",
                  "vocab.json",
                  "merges.txt",
                  "special_tokens_map.json",
                  "added_tokens.json"),
              SENTENCE_SETTINGS,
              FOREIGN_TOKENIZERS)
          .flatMap(List::stream)
          .toList();

  private static final List<String> OF_THE_WHOLE =
      List.of(
          "modules.json",
          "1_Pooling/config.json",
          "config_sentence_transformers.json",
          "artifact.metadata");

  private HubFiles() {}

  /** {@return the names, from the model's folder on; those next to the weights may be there too} */
  public static List<String> names() {
    return Stream.concat(BESIDE_WEIGHTS.stream(), OF_THE_WHOLE.stream()).toList();
  }
}
