package io.lucerna.plugin.explain.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.TextFile;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.plugin.texts.JsonObjects;
import io.lucerna.studies.record.PairTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A query and a passage in which a person marked what makes it relevant.
 *
 * @param row the pair
 * @param spans where, from and to before, in UTF-16 units; empty where nothing is known
 */
public record MarkedPair(PairTable.Row row, List<Span> spans) {
  /** Part of a passage. */
  public record Span(int from, int to) {}

  /** Copies the list. */
  public MarkedPair {
    spans = List.copyOf(spans);
  }

  /** A pair of which nothing is known. */
  public static MarkedPair of(PairTable.Row row) {
    return new MarkedPair(row, List.of());
  }

  /** Whether a token of the passage is inside, in part at least. */
  boolean marks(Token token) {
    return spans.stream().anyMatch(span -> token.start() < span.to() && token.end() > span.from());
  }

  /**
   * Reads objects with qid, docid, query, passage and spans, which are lists of two places counted
   * in Unicode characters; a span of no length marks nothing.
   *
   * @throws io.lucerna.base.text.MalformedTextException naming file and line if one is otherwise
   */
  public static List<MarkedPair> read(String file) throws IOException {
    List<MarkedPair> pairs = new ArrayList<>();
    try (JsonObjects objects = JsonObjects.open(TextFile.named(file))) {
      for (JsonNode pair = objects.next(); pair != null; pair = objects.next()) {
        for (String field : List.of("qid", "docid", "query", "passage")) {
          if (!pair.path(field).isTextual()) {
            throw objects.error("no text '" + field + "'");
          }
        }
        String passage = pair.path("passage").asText();
        int length = passage.codePointCount(0, passage.length());
        List<Span> spans = new ArrayList<>();
        for (JsonNode span : pair.path("spans")) {
          int from = span.path(0).asInt(-1);
          int to = span.path(1).asInt(-1);
          if (from < 0 || to < from || to > length) {
            throw objects.error(
                "a span must be [FROM, TO] within the " + length + " characters, got " + span);
          }
          spans.add(
              new Span(passage.offsetByCodePoints(0, from), passage.offsetByCodePoints(0, to)));
        }
        if (spans.isEmpty()) {
          throw objects.error("no 'spans'");
        }
        PairTable.Row row =
            new PairTable.Row(
                pairs.size() + 1L,
                pair.path("qid").asText(),
                pair.path("query").asText(),
                pair.path("docid").asText(),
                passage);
        pairs.add(new MarkedPair(row, spans));
      }
    }
    return pairs;
  }
}
