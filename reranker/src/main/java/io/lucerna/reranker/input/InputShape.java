package io.lucerna.reranker.input;

import io.lucerna.reranker.input.Subwords.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Inputs in one line, with places for the texts. */
final class InputShape {
  private static final String QUERY = "{query}";
  private static final String PASSAGE = "{passage}";

  private InputShape() {}

  static String of(Subwords subwords, InputForm.Pair pair) {
    return around(
        subwords.encode("a", "a"), " ", pair.queryPrefix() + QUERY, pair.passagePrefix() + PASSAGE);
  }

  static String of(Subwords subwords, InputForm.Prompt prompt) {
    return around(subwords.encode("a"), "", prompt.text()).replace("\n", "\\n");
  }

  static String of(Subwords subwords, InputForm.Apart apart) {
    List<Piece> alone = subwords.encode("a");
    return around(alone, " ", apart.queryPrefix() + QUERY)
        + " and "
        + around(alone, " ", apart.passagePrefix() + PASSAGE);
  }

  static String of(Subwords subwords, InputForm.Markers markers, String mask, int limit) {
    List<Piece> alone = subwords.encode("a");
    return String.format(
        Locale.ROOT,
        "%s filled with %s to %d (%s) and %s of at most %d",
        around(alone, " ", markers.query() + " " + QUERY),
        mask,
        markers.queryLength(),
        markers.masksAttended() ? "attended to" : "not attended to",
        around(alone, " ", markers.passage() + " " + PASSAGE),
        limit);
  }

  /** The special tokens of pieces, with texts in place of the others. */
  private static String around(List<Piece> pieces, String space, String... texts) {
    List<String> shown = new ArrayList<>();
    int last = Subwords.SPECIAL;
    for (Piece piece : pieces) {
      if (piece.special()) {
        shown.add(piece.text());
      } else if (piece.segment() != last) {
        shown.add(texts[piece.segment()]);
      }
      last = piece.segment();
    }
    return String.join(space, shown);
  }
}
