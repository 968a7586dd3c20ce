package io.lucerna.plugin.models;

import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Ranker;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows what a ranker reads of a query and a passage. */
public final class InputTable {
  private final Ranker ranker;
  private final PrintStream out;

  public InputTable(Ranker ranker, PrintStream out) {
    this.ranker = ranker;
    this.out = out;
  }

  /**
   * Prints each input as text and token by token.
   *
   * @throws IllegalArgumentException if the query is too long and truncation is strict
   */
  public void print(String query, String passage) {
    Map<String, String> settings = ranker.card().settings();
    out.println("input: " + settings.get("input"));
    if (settings.containsKey("answers")) {
      out.println("answers, whose logits make the score: " + settings.get("answers"));
    }
    for (Side side : ranker.reading().sides()) {
      TokenSequence input = ranker.reading().input(side, query, passage);
      out.println();
      out.println(
          String.format(
              Locale.ROOT,
              "%s: %d tokens; the limit is %d",
              side.name().toLowerCase(Locale.ROOT),
              input.length(),
              ranker.card().maxTokens()));
      out.println(ranker.reading().text(input));
      if (input.truncated()) {
        if (side != Side.PASSAGE) {
          cut(input, 0, "query", query);
        }
        if (side != Side.QUERY) {
          cut(input, side == Side.PAIR ? 1 : 0, "passage", passage);
        }
      }
      if (input.attended() < input.length()) {
        out.println("attention does not read the tokens from position " + input.attended() + " on");
      }
      table(input);
    }
  }

  /** Says what of a text is not read. */
  private void cut(TokenSequence input, int segment, String name, String text) {
    List<Token> tokens =
        input.tokens().stream().filter(token -> token.segment() == segment).toList();
    int first = tokens.stream().mapToInt(Token::start).min().orElse(0);
    int last = tokens.stream().mapToInt(Token::end).max().orElse(0);
    if (!text.substring(last).isBlank()) {
      out.println(
          String.format(
              Locale.ROOT,
              "cut from the %s's end: %d of %d characters, from '%s' on",
              name,
              text.length() - last,
              text.length(),
              start(text.substring(last).strip())));
    }
    if (!text.substring(0, first).isBlank()) {
      out.println(
          String.format(
              Locale.ROOT,
              "cut from the %s's beginning: %d of %d characters",
              name,
              first,
              text.length()));
    }
  }

  /** A piece on one line: those of some tokenizers hold line ends. */
  private static String shown(String piece) {
    return piece.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
  }

  /** The first words of a text. */
  private static String start(String text) {
    int end = text.offsetByCodePoints(0, Math.min(30, text.codePointCount(0, text.length())));
    return end < text.length() ? text.substring(0, end) + "..." : text;
  }

  private void table(TokenSequence input) {
    int width = input.tokens().stream().mapToInt(token -> token.piece().length()).max().orElse(0);
    String row = "%8s  %7s  %-" + Math.max(width, "piece".length()) + "s  %4s  %s";
    out.println();
    out.println(String.format(Locale.ROOT, row, "position", "id", "piece", "type", "role"));
    for (int i = 0; i < input.length(); i++) {
      Token token = input.tokens().get(i);
      out.println(
          String.format(
              Locale.ROOT,
              row,
              i,
              input.ids()[i],
              shown(token.piece()),
              input.types()[i],
              token.role().option()));
    }
  }
}
