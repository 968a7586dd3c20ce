package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Writes the lines of {@code index.jsonl}. */
final class IndexLine {
  static final String SIDE = "side";
  static final String ID = "id";
  static final String QID = "qid";
  static final String DOCID = "docid";
  static final String SCORE = "score";
  static final String GRADE = "grade";
  static final String SHARD = "shard";
  static final String ROW = "row";
  static final String ITEM = "item";
  static final String POSITIONS = "positions";

  /** Of a pair with gradients by a query that is read alone: those of the query. */
  static final String QUERY_POSITIONS = "query_positions";

  static final String QUERY_TOKENS = "query_tokens";
  static final String OVERFLOWS = "overflows";
  static final String TOKENS = "tokens";
  static final String ROLES = "roles";
  static final String SEGMENTS = "segments";
  static final String WORDS = "words";
  static final String STARTS = "starts";
  static final String ENDS = "ends";
  private static final JsonFactory JSON = new JsonFactory();

  private IndexLine() {}

  /**
   * The line of one input, with its line end. What a reader looks for first comes first.
   *
   * @param place where its activations are
   * @param query the query whose gradients are there too: its capture; empty for none
   */
  static byte[] of(
      RecordingWriter.Entry entry,
      Capture capture,
      int row,
      OpenShard.Item place,
      Optional<Capture> query,
      int shard,
      Map<String, Long> overflows)
      throws IOException {
    TokenSequence input = capture.batch().sequences().get(row);
    int[] positions = capture.positions(row);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(line, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeStringField(SIDE, TensorNames.of(place.series().side()));
      json.writeStringField(QID, entry.qid());
      if (entry.pair().isPresent()) {
        RecordingWriter.Pair pair = entry.pair().get();
        json.writeStringField(ID, pair.id());
        json.writeStringField(DOCID, pair.docid());
        json.writeNumberField(SCORE, pair.score());
        if (pair.grade().isPresent()) {
          json.writeNumberField(GRADE, pair.grade().getAsInt());
        }
      }
      json.writeStringField(SHARD, OpenShard.fileName(shard));
      json.writeNumberField(ROW, place.row());
      json.writeNumberField(ITEM, place.number());
      json.writeFieldName(POSITIONS);
      json.writeArray(positions, 0, positions.length);
      if (query.isPresent()) {
        int[] own = query.get().positions(row);
        json.writeFieldName(QUERY_POSITIONS);
        json.writeArray(own, 0, own.length);
        json.writeNumberField(QUERY_TOKENS, query.get().batch().sequences().get(row).length());
      }
      if (!overflows.isEmpty()) {
        json.writeObjectFieldStart(OVERFLOWS);
        for (Map.Entry<String, Long> overflow : overflows.entrySet()) {
          json.writeNumberField(overflow.getKey(), overflow.getValue());
        }
        json.writeEndObject();
      }
      writeTokens(json, input);
      json.writeEndObject();
    }
    line.write('\n');
    return line.toByteArray();
  }

  private static void writeTokens(JsonGenerator json, TokenSequence input) throws IOException {
    json.writeBooleanField("truncated", input.truncated());
    json.writeFieldName("token_ids");
    json.writeArray(input.ids(), 0, input.length());
    json.writeFieldName("token_types");
    json.writeArray(input.types(), 0, input.length());
    json.writeArrayFieldStart(TOKENS);
    for (Token token : input.tokens()) {
      json.writeString(token.piece());
    }
    json.writeEndArray();
    json.writeArrayFieldStart(ROLES);
    for (Token token : input.tokens()) {
      json.writeString(token.role().option());
    }
    json.writeEndArray();
    writeNumbers(json, SEGMENTS, input.tokens(), Token::segment);
    writeNumbers(json, WORDS, input.tokens(), Token::word);
    writeNumbers(json, STARTS, input.tokens(), Token::start);
    writeNumbers(json, ENDS, input.tokens(), Token::end);
  }

  private static void writeNumbers(
      JsonGenerator json, String name, List<Token> tokens, ToIntFunction<Token> number)
      throws IOException {
    json.writeFieldName(name);
    json.writeArray(tokens.stream().mapToInt(number).toArray(), 0, tokens.size());
  }
}
