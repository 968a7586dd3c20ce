package io.lucerna.reranker.input;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.memory.Headroom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A Hugging Face tokenizer whose pieces are where they are in the text as Java counts, and in words
 * that are the same for every tokenizer. Its own truncation and padding are off. Thread-safe.
 */
final class Subwords implements AutoCloseable {
  /** The segment of a special token that the tokenizer adds. */
  static final int SPECIAL = -1;

  /**
   * One token.
   *
   * @param text the vocabulary's entry
   * @param segment number of the text that it is from
   * @param word number of its word in that text; words are what is between whitespace and
   *     punctuation, and ideographs one by one, as BERT splits texts (Devlin et al. 2019)
   * @param start where it starts in that text, in UTF-16 units, without whitespace at its ends; a
   *     token of whitespace alone has no characters, at the end of the space
   * @param end where it ends, exclusive
   */
  record Piece(long id, long type, String text, int segment, int word, int start, int end) {
    boolean special() {
      return segment == SPECIAL;
    }

    Piece in(int otherSegment, int otherWord, int otherStart, int otherEnd) {
      return new Piece(id, type, text, otherSegment, otherWord, otherStart, otherEnd);
    }
  }

  private static final int BYTES_PER_CHARACTER = 64;
  private static final int MOST_ROOM = 1 << 24;

  private final HuggingFaceTokenizer tokenizer;
  private final Set<Long> special;
  private final boolean typed;

  private Subwords(HuggingFaceTokenizer tokenizer, Set<Long> special, boolean typed) {
    this.tokenizer = tokenizer;
    this.special = special;
    this.typed = typed;
  }

  /**
   * Opens a tokenizer.
   *
   * @param folder the model's folder, for messages
   * @param json the content of a tokenizer.json
   * @param typed whether the model is given the tokenizer's token types; else all are 0
   * @throws CheckpointException if it cannot be read
   */
  static Subwords open(Path folder, byte[] json, boolean typed) {
    Map<String, String> options =
        Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");
    try {
      Set<Long> special = TokenizerJson.specialIds(json);
      return new Subwords(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options),
          special,
          typed);
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          folder + ": the tokenizer cannot be read: " + e.getMessage(), e);
    }
  }

  /** The tokens of one text or of two joined, with the special tokens that the tokenizer adds. */
  List<Piece> encode(String... texts) {
    room(texts);
    String[] whole = Stream.of(texts).map(Subwords::whole).toArray(String[]::new);
    return pieces(
        whole.length == 1 ? tokenizer.encode(whole[0]) : tokenizer.encode(whole[0], whole[1]),
        whole);
  }

  /** A text with U+FFFD in place of each half of a surrogate pair: UTF-8 has no such halves. */
  static String whole(String text) {
    StringBuilder mended = null;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (!Character.isSurrogate(unit)) {
        continue;
      }
      if (Character.isHighSurrogate(unit)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      mended = mended == null ? new StringBuilder(text) : mended;
      mended.setCharAt(i, '\uFFFD');
    }
    return mended == null ? text : mended.toString();
  }

  /** The tokens of a text alone. */
  List<Piece> encodePlain(String text) {
    room(text);
    String whole = whole(text);
    return pieces(tokenizer.encode(whole, false, false), whole);
  }

  /** Finds room for what the tokenizer creates: some objects for each token. */
  private static void room(String... texts) {
    int characters = 1000;
    for (String text : texts) {
      characters += text.length();
    }
    Headroom.require((int) Math.min(MOST_ROOM, (long) BYTES_PER_CHARACTER * characters));
  }

  /** What token ids stand for, special tokens included. */
  String decode(long[] ids) {
    return tokenizer.decode(ids, false);
  }

  /** Whether a token id is that of a special token. */
  boolean special(long id) {
    return special.contains(id);
  }

  private List<Piece> pieces(Encoding encoding, String... texts) {
    long[] ids = encoding.getIds();
    long[] types = typed ? encoding.getTypeIds() : new long[ids.length];
    String[] names = encoding.getTokens();
    long[] segments = encoding.getSequenceIds();
    long[] words = encoding.getWordIds();
    long[] added = encoding.getSpecialTokenMask();
    CharSpan[] spans = encoding.getCharTokenSpans();
    List<Words> numbers = new ArrayList<>();
    for (String text : texts) {
      numbers.add(new Words(text));
    }
    List<Piece> pieces = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      if (added[i] == 1) {
        pieces.add(new Piece(ids[i], types[i], names[i], SPECIAL, -1, 0, 0));
      } else {
        int segment = (int) segments[i];
        Words text = numbers.get(segment);
        text.next(spans[i].getStart(), spans[i].getEnd(), words[i]);
        pieces.add(new Piece(ids[i], types[i], names[i], segment, text.word, text.start, text.end));
      }
    }
    return pieces;
  }

  /** Walks through a text's tokens and counts its words. */
  private static final class Words {
    private final String text;
    private final int[] units;
    private int word = -1;
    private int start;
    private int end;
    private int endWithSpace;
    private long tokenizersWord;

    Words(String text) {
      this.text = text;
      // The tokenizer counts code points, Java counts UTF-16 units.
      int points = text.codePointCount(0, text.length());
      this.units = new int[points == text.length() ? 0 : points + 1];
      for (int point = 1; point < units.length; point++) {
        units[point] = text.offsetByCodePoints(units[point - 1], 1);
      }
    }

    void next(int firstPoint, int lastPoint, long ownWord) {
      int from = units.length == 0 ? firstPoint : units[firstPoint];
      int to = units.length == 0 ? lastPoint : units[lastPoint];
      int begin = from;
      int stop = to;
      while (begin < stop && space(text.charAt(begin))) {
        begin++;
      }
      while (begin < stop && space(text.charAt(stop - 1))) {
        stop--;
      }
      if (word < 0 || !joins(from, begin, ownWord)) {
        word++;
      }
      start = begin;
      end = stop;
      endWithSpace = to;
      tokenizersWord = ownWord;
    }

    /** Whether a token that starts at {@code begin} continues the word of the one before. */
    private boolean joins(int from, int begin, long ownWord) {
      if (from < endWithSpace) {
        return true; // both are bytes of one character
      }
      if (start == end && end > 0 && space(text.charAt(end - 1))) {
        return begin == end && ownWord == tokenizersWord; // a space, as part of the word after it
      }
      for (int i = end; i < begin; i++) {
        if (space(text.charAt(i))) {
          return false;
        }
      }
      return end == 0
          || begin >= text.length()
          || !(alone(text.codePointBefore(end)) || alone(text.codePointAt(begin)));
    }

    private static boolean space(char unit) {
      return unit == '\t' || unit == '\n' || unit == '\r' || Character.isSpaceChar(unit);
    }

    /** Whether a character is a word by itself. */
    private static boolean alone(int point) {
      if (point < 0x80) {
        return point > ' ' && point != 0x7F && !Character.isLetterOrDigit(point);
      }
      return Character.isIdeographic(point)
          || switch (Character.getType(point)) {
            case Character.CONNECTOR_PUNCTUATION,
                Character.DASH_PUNCTUATION,
                Character.START_PUNCTUATION,
                Character.END_PUNCTUATION,
                Character.INITIAL_QUOTE_PUNCTUATION,
                Character.FINAL_QUOTE_PUNCTUATION,
                Character.OTHER_PUNCTUATION ->
                true;
            default -> false;
          };
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
