package io.lucerna.reranker;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.model.TokenSequence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Text to token ids, and the one place that decides what is cut: the passage's end, never the
 * query.
 *
 * <p>The tokenizer's own truncation and padding settings are ignored. Thread-safe.
 */
final class PairTokenizer implements AutoCloseable {
  /**
   * A passage is cut to this many characters for each token that it may have before it is
   * tokenized, so that a huge document costs no more than a long one. No wordpiece of the supported
   * vocabularies is nearly as long.
   */
  private static final int CHARACTERS_PER_TOKEN = 200;

  private final HuggingFaceTokenizer tokenizer;
  private final int maxTokens;

  private PairTokenizer(HuggingFaceTokenizer tokenizer, int maxTokens) {
    this.tokenizer = tokenizer;
    this.maxTokens = maxTokens;
  }

  /**
   * Opens the tokenizer of a model folder.
   *
   * @throws CheckpointException if the folder has no tokenizer that can be read
   */
  static PairTokenizer open(Path folder, int maxTokens) {
    Map<String, String> options =
        Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");
    try (InputStream json = TokenizerFiles.open(folder)) {
      return new PairTokenizer(HuggingFaceTokenizer.newInstance(json, options), maxTokens);
    } catch (IOException | RuntimeException e) {
      if (e instanceof CheckpointException known) {
        throw known;
      }
      throw new CheckpointException(
          folder + ": the tokenizer cannot be read: " + e.getMessage(), e);
    }
  }

  int maxTokens() {
    return maxTokens;
  }

  /**
   * A query alone.
   *
   * @throws IllegalArgumentException if it exceeds the limit
   */
  TokenSequence query(String text) {
    TokenSequence whole = sequence(tokenizer.encode(text), false);
    if (whole.length() > maxTokens) {
      throw tooLong(whole.length());
    }
    return whole;
  }

  /** A passage alone, cut at its end to the limit. */
  TokenSequence passage(String text) {
    String cut = cut(text);
    return cut(sequence(tokenizer.encode(cut), cut.length() < text.length()), 0);
  }

  /**
   * A query and a passage in one input; the passage is cut at its end to the limit.
   *
   * @throws IllegalArgumentException if the query leaves no room for a single token of the passage
   */
  TokenSequence pair(String query, String passage) {
    String cut = cut(passage);
    return cut(sequence(tokenizer.encode(query, cut), cut.length() < passage.length()), 1);
  }

  private String cut(String passage) {
    int limit = maxTokens * CHARACTERS_PER_TOKEN;
    if (passage.length() <= limit) {
      return passage;
    }
    return passage.substring(
        0, Character.isHighSurrogate(passage.charAt(limit - 1)) ? limit - 1 : limit);
  }

  private static TokenSequence sequence(Encoding encoding, boolean truncated) {
    long[] ids = encoding.getIds();
    long[] sequenceIds = encoding.getSequenceIds();
    long[] special = encoding.getSpecialTokenMask();
    int[] segments = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      segments[i] = special[i] == 1 ? -1 : (int) sequenceIds[i];
    }
    return new TokenSequence(ids, encoding.getTypeIds(), segments, truncated);
  }

  /** Drops the last tokens of one segment until the whole fits; special tokens stay. */
  private TokenSequence cut(TokenSequence whole, int segment) {
    int surplus = whole.length() - maxTokens;
    if (surplus <= 0) {
      return whole;
    }
    int end = whole.length();
    while (end > 0 && whole.segments()[end - 1] != segment) {
      end--;
    }
    int start = end - surplus;
    if (start < 1 || whole.segments()[start - 1] != segment) {
      throw tooLong(whole.length() - (int) count(whole, segment));
    }
    return new TokenSequence(
        without(whole.ids(), start, end),
        without(whole.types(), start, end),
        without(whole.segments(), start, end),
        true);
  }

  private static long count(TokenSequence whole, int segment) {
    long count = 0;
    for (int of : whole.segments()) {
      count += of == segment ? 1 : 0;
    }
    return count;
  }

  private IllegalArgumentException tooLong(int tokens) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "the query takes %d tokens with special tokens and leaves no room for a passage; the limit is %d",
            tokens,
            maxTokens));
  }

  private static long[] without(long[] values, int start, int end) {
    long[] rest = new long[values.length - (end - start)];
    System.arraycopy(values, 0, rest, 0, start);
    System.arraycopy(values, end, rest, start, values.length - end);
    return rest;
  }

  private static int[] without(int[] values, int start, int end) {
    int[] rest = new int[values.length - (end - start)];
    System.arraycopy(values, 0, rest, 0, start);
    System.arraycopy(values, end, rest, start, values.length - end);
    return rest;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
