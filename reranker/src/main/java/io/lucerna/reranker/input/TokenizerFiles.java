package io.lucerna.reranker.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.JsonFiles;
import io.lucerna.instrumentation.hub.HubFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Finds a model folder's tokenizer: {@code tokenizer.json}, or one made of the vocabulary of BERT
 * or MPNet ({@code vocab.txt}) or of RoBERTa ({@code vocab.json} and {@code merges.txt}).
 */
public final class TokenizerFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerFiles() {}

  /**
   * The content of the folder's tokenizer.json, or of one made of its vocabulary, as the folder's
   * settings change it.
   *
   * @throws CheckpointException if there is none; the message says how to make it
   */
  static byte[] read(Path folder) throws IOException {
    TokenizerSettings settings = TokenizerSettings.read(folder);
    byte[] json = stored(folder, settings);
    try {
      return ClassTokenizers.apply(json, settings);
    } catch (JsonProcessingException e) {
      String file = folder.resolve("tokenizer.json").toString();
      String text = new String(json, StandardCharsets.UTF_8);
      throw new CheckpointException(
          String.valueOf(JsonFaults.inFile(file, "JSON", e, text).getMessage()), e);
    }
  }

  private static byte[] stored(Path folder, TokenizerSettings settings) throws IOException {
    Path json = folder.resolve("tokenizer.json");
    if (Files.isRegularFile(json)) {
      return Files.readAllBytes(json);
    }
    Path vocabulary = folder.resolve("vocab.txt");
    if (Files.isRegularFile(vocabulary)) {
      if (!settings.kind().matches("(bert|distilbert|electra|mpnet)?(tokenizer(fast)?)?")) {
        throw missing(
            folder, "vocab.txt is read for BERT, DistilBERT, ELECTRA and MPNet only", settings);
      }
      return JSON.writeValueAsBytes(
          settings.kind().startsWith("mpnet")
              ? VocabularyTokenizers.mpnet(vocabulary, settings)
              : VocabularyTokenizers.bert(vocabulary, settings));
    }
    Path ids = folder.resolve("vocab.json");
    Path merges = folder.resolve("merges.txt");
    if (Files.isRegularFile(ids) && Files.isRegularFile(merges)) {
      if (!settings.kind().matches("roberta(tokenizer(fast)?)?")) {
        throw missing(folder, "vocab.json with merges.txt is read for RoBERTa only", settings);
      }
      return JSON.writeValueAsBytes(VocabularyTokenizers.roberta(ids, merges, settings));
    }
    for (String name : HubFiles.FOREIGN_TOKENIZERS) {
      if (Files.isRegularFile(folder.resolve(name))) {
        throw missing(folder, name + " alone cannot be read", settings);
      }
    }
    throw missing(
        folder, "and there is neither vocab.txt nor vocab.json with merges.txt", settings);
  }

  private static CheckpointException missing(
      Path folder, String problem, TokenizerSettings settings) {
    return new CheckpointException(
        String.format(
            Locale.ROOT,
            "%s: tokenizer.json is missing; %s%s. With Python and transformers, this writes it: "
                + "from transformers import AutoTokenizer; "
                + "AutoTokenizer.from_pretrained('%s').save_pretrained('%s')",
            folder,
            problem,
            settings.kind().isEmpty() ? "" : " (the tokenizer is " + settings.kind() + ")",
            folder,
            folder));
  }

  /**
   * The id of a vocabulary's entry.
   *
   * @param json the content of a tokenizer.json
   * @throws CheckpointException if the vocabulary lacks it
   */
  static long id(Path folder, byte[] json, String entry) throws IOException {
    return TokenizerJson.id(json, entry)
        .orElseThrow(
            () ->
                new CheckpointException(
                    folder + ": the tokenizer's vocabulary has no entry " + entry));
  }

  /** Whether the folder's tokenizer has an entry in its vocabulary. */
  static boolean has(Path folder, String entry) {
    return find(folder, entry).isPresent();
  }

  /** The id of an entry of the folder's tokenizer; empty if its vocabulary lacks it. */
  static OptionalLong find(Path folder, String entry) {
    try {
      return TokenizerJson.id(read(folder), entry);
    } catch (IOException e) {
      throw new CheckpointException(
          folder + ": the tokenizer cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * {@return a JSON file of the folder; an empty object if it is not there}
   *
   * @param file the file
   * @throws CheckpointException if it cannot be read, or is not an object
   */
  public static JsonNode json(Path file) {
    return Files.isRegularFile(file) ? existing(file) : JSON.createObjectNode();
  }

  /** A JSON file of the folder, which must be there. */
  static JsonNode existing(Path file) {
    JsonNode json = JsonFiles.settings(file);
    if (!json.isObject()) {
      throw new CheckpointException(file + ": not a JSON object");
    }
    return json;
  }
}
