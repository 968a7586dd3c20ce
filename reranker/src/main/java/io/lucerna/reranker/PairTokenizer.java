package io.lucerna.reranker;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.model.Role;
import io.lucerna.instrumentation.model.RoleTagger;
import io.lucerna.instrumentation.model.TermForm;
import io.lucerna.instrumentation.model.Token;
import io.lucerna.instrumentation.model.TokenSequence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  private final RoleTagger roles;

  private PairTokenizer(HuggingFaceTokenizer tokenizer, int maxTokens, TermForm terms) {
    this.tokenizer = tokenizer;
    this.maxTokens = maxTokens;
    this.roles = new RoleTagger(terms);
  }

  /**
   * Opens the tokenizer of a model folder.
   *
   * @throws CheckpointException if the folder has no tokenizer that can be read
   */
  static PairTokenizer open(Path folder, int maxTokens, TermForm terms) {
    Map<String, String> options =
        Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");
    try (InputStream json = TokenizerFiles.open(folder)) {
      return new PairTokenizer(HuggingFaceTokenizer.newInstance(json, options), maxTokens, terms);
    } catch (IOException | RuntimeException e) {
      if (e instanceof CheckpointException known) {
        throw known;
      }
      throw new CheckpointException(
          folder + ": the tokenizer cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The token ids of words.
   *
   * @throws CheckpointException if a word is not a single token, or the tokenizer cannot be read
   */
  static List<Long> ids(Path folder, List<String> words) {
    try (PairTokenizer own = open(folder, Integer.MAX_VALUE, TermForm.LOWER_CASE)) {
      List<Long> ids = new ArrayList<>();
      for (String word : words) {
        long[] found = own.tokenizer.encode(word, false, false).getIds();
        if (found.length != 1) {
          throw new CheckpointException(
              String.format(
                  Locale.ROOT,
                  "%s: the answer %s is %d tokens; its logit needs it to be one",
                  folder,
                  word,
                  found.length));
        }
        ids.add(found[0]);
      }
      return ids;
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
    TokenSequence whole = sequence(tokenizer.encode(text), false, Role.QUERY, text);
    if (whole.length() > maxTokens) {
      throw tooLong(whole.length());
    }
    return whole;
  }

  /** A passage alone, cut at its end to the limit. */
  TokenSequence passage(String text) {
    String cut = cut(text);
    return cut(sequence(tokenizer.encode(cut), cut.length() < text.length(), Role.OTHER, cut), 0);
  }

  /** The same, its tokens in the roles that they have for a query. */
  TokenSequence passage(String query, String text) {
    return roles.tag(passage(text), 0, query, text);
  }

  /**
   * A query and a passage in one input; the passage is cut at its end to the limit.
   *
   * @throws IllegalArgumentException if the query leaves no room for a single token of the passage
   */
  TokenSequence pair(String query, String passage) {
    String cut = cut(passage);
    Encoding encoding = tokenizer.encode(query, cut);
    TokenSequence whole =
        sequence(encoding, cut.length() < passage.length(), Role.QUERY, query, cut);
    return roles.tag(cut(whole, 1), 1, query, passage);
  }

  private String cut(String passage) {
    int limit = maxTokens * CHARACTERS_PER_TOKEN;
    if (passage.length() <= limit) {
      return passage;
    }
    return passage.substring(
        0, Character.isHighSurrogate(passage.charAt(limit - 1)) ? limit - 1 : limit);
  }

  private static TokenSequence sequence(
      Encoding encoding, boolean truncated, Role first, String... texts) {
    // The tokenizer counts code points, Java counts UTF-16 units.
    boolean plain =
        Arrays.stream(texts).allMatch(t -> t.codePointCount(0, t.length()) == t.length());
    long[] ids = encoding.getIds();
    long[] sequenceIds = encoding.getSequenceIds();
    long[] words = encoding.getWordIds();
    long[] special = encoding.getSpecialTokenMask();
    String[] pieces = encoding.getTokens();
    CharSpan[] spans = encoding.getCharTokenSpans();
    List<Token> tokens = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      if (special[i] == 1) {
        tokens.add(new Token(pieces[i], -1, -1, 0, 0, i == 0 ? Role.CLS : Role.SEP));
      } else {
        int segment = (int) sequenceIds[i];
        Role role = segment == 0 ? first : Role.OTHER;
        int start = spans[i].getStart();
        int end = spans[i].getEnd();
        if (!plain) {
          start = texts[segment].offsetByCodePoints(0, start);
          end = texts[segment].offsetByCodePoints(0, end);
        }
        tokens.add(new Token(pieces[i], segment, (int) words[i], start, end, role));
      }
    }
    return new TokenSequence(ids, encoding.getTypeIds(), tokens, truncated);
  }

  /** Drops the last tokens of one segment until the whole fits; special tokens stay. */
  private TokenSequence cut(TokenSequence whole, int segment) {
    int surplus = whole.length() - maxTokens;
    if (surplus <= 0) {
      return whole;
    }
    List<Token> tokens = whole.tokens();
    int end = whole.length();
    while (end > 0 && tokens.get(end - 1).segment() != segment) {
      end--;
    }
    int start = end - surplus;
    if (start < 1 || tokens.get(start - 1).segment() != segment) {
      throw tooLong((int) tokens.stream().filter(token -> token.segment() != segment).count());
    }
    return whole.without(start, end);
  }

  private IllegalArgumentException tooLong(int tokens) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "the query takes %d tokens with special tokens and leaves no room for a passage; the limit is %d",
            tokens,
            maxTokens));
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
