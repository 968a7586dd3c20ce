package io.lucerna.reranker.input;

import io.lucerna.reranker.input.Subwords.Piece;
import java.util.ArrayList;
import java.util.List;

/**
 * A text composed of parts and tokenized as one. A token belongs to the part that has most of its
 * characters, the earlier one where two have as many; whitespace at its ends does not count, and a
 * token of whitespace alone goes with its last character. So the space that byte-level tokenizers
 * join to the word after it never moves a query's first word into the prompt.
 */
record Parts(List<Part> parts) {
  /** The segment of a prompt's own words. */
  static final int LITERAL = -2;

  /** The segment of a query that shares its input with a passage, or of a text alone. */
  static final int QUERY = 0;

  /** The segment of the passage in such an input. */
  static final int PASSAGE = 1;

  /** A text and its segment. */
  record Part(String text, int segment) {}

  static Part literal(String text) {
    return new Part(text, LITERAL);
  }

  /** A text after a prefix. */
  static Parts of(String prefix, String text, int segment) {
    return new Parts(List.of(literal(prefix), new Part(text, segment)));
  }

  String text() {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.text));
    return text.toString();
  }

  /**
   * The pieces of the whole, each with the segment of its part and its place there.
   *
   * @param number which of the tokenizer's texts this is; pieces of others stay as they are
   */
  List<Piece> place(List<Piece> pieces, int number) {
    int[] firstWords = new int[parts.size()];
    List<Piece> placed = new ArrayList<>(pieces.size());
    int last = -1;
    for (Piece piece : pieces) {
      if (piece.segment() != number) {
        placed.add(piece);
        continue;
      }
      int index = part(piece);
      if (index != last) {
        firstWords[index] = piece.word();
        last = index;
      }
      Part part = parts.get(index);
      int offset = start(index);
      int length = part.text.length();
      placed.add(
          piece.in(
              part.segment,
              piece.word() - firstWords[index],
              Math.clamp(piece.start() - offset, 0, length),
              Math.clamp(piece.end() - offset, 0, length)));
    }
    return placed;
  }

  private int start(int index) {
    return parts.subList(0, index).stream().mapToInt(part -> part.text.length()).sum();
  }

  private int part(Piece piece) {
    int from = piece.start() < piece.end() ? piece.start() : piece.end() - 1;
    int best = 0;
    int most = 0;
    int start = 0;
    for (int i = 0; i < parts.size(); i++) {
      int end = start + parts.get(i).text.length();
      int shared = Math.min(end, piece.end()) - Math.max(start, from);
      if (shared > most) {
        most = shared;
        best = i;
      }
      start = end;
    }
    return best;
  }
}
