package io.lucerna.explorer;

import io.lucerna.instrumentation.text.Token;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of a cell.
 *
 * @param words what it is
 * @param docs of a topic, in the order of the changed ranking; none otherwise
 * @param texts of a pair or an input; none otherwise
 * @param cells of a pair the effects of all cells, by id; none otherwise
 * @param facts what else is known
 */
record RowAnswer(
    String words,
    List<Doc> docs,
    List<Text> texts,
    List<Effect> cells,
    List<OpenedAnswer.Fact> facts) {

  /**
   * A document.
   *
   * @param grade null if it is not known
   * @param before its place with the unchanged model; null if it was not among those
   * @param after its place with the changed one
   */
  record Doc(
      String docno,
      @Nullable Integer grade,
      RankAnswer.@Nullable Place before,
      RankAnswer.Place after) {}

  /** Tokens of an input, in order. */
  record Text(String name, List<Piece> pieces) {
    static Text of(String name, List<Token> tokens) {
      return new Text(
          name, tokens.stream().map(t -> new Piece(t.piece(), t.role().option())).toList());
    }
  }

  /**
   * A token.
   *
   * @param role what it is in its pair
   */
  record Piece(String piece, String role) {}

  /** What patching a cell does to this pair. */
  record Effect(String id, double value) {}
}
