package io.lucerna.reranker.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is looked up in a {@code tokenizer.json}. It is read as a stream: some have a quarter of a
 * million entries.
 */
final class TokenizerJson {
  private static final JsonFactory FACTORY = new ObjectMapper().getFactory();

  private TokenizerJson() {}

  /** The ids of the added tokens that are special. */
  static Set<Long> specialIds(byte[] json) throws IOException {
    Set<Long> ids = new HashSet<>();
    for (JsonNode token : addedTokens(json)) {
      if (token.path("special").asBoolean()) {
        ids.add(token.path("id").asLong());
      }
    }
    return Set.copyOf(ids);
  }

  /**
   * All but the vocabulary and the merges; of these, the model's field {@code merges} is true where
   * there are any.
   */
  static ObjectNode frame(byte[] json) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode frame = mapper.createObjectNode();
    try (JsonParser parser = mapper.getFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonParseException(parser, "not an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        if (parser.nextToken() == JsonToken.START_OBJECT && field.equals("model")) {
          ObjectNode model = frame.putObject(field);
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String part = parser.currentName();
            parser.nextToken();
            if (part.equals("merges")) {
              model.put(part, true);
              parser.skipChildren();
            } else if (part.equals("vocab")) {
              parser.skipChildren();
            } else {
              model.set(part, parser.readValueAsTree());
            }
          }
        } else {
          frame.set(field, parser.readValueAsTree());
        }
      }
    }
    return frame;
  }

  /** Whether the vocabulary is a list, as that of Unigram. */
  static boolean listed(byte[] json) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return enter(parser, "model")
          && enter(parser, "vocab")
          && parser.currentToken() == JsonToken.START_ARRAY;
    }
  }

  /**
   * Reads the ids of the vocabulary's entries.
   *
   * @return how many there are
   */
  static int vocabulary(byte[] json, Map<String, Integer> ids) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (!enter(parser, "model") || !enter(parser, "vocab")) {
        return 0;
      }
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          ids.put(parser.currentName(), parser.nextIntValue(-1));
        }
        return ids.size();
      }
      int id = 0;
      for (; parser.nextToken() == JsonToken.START_ARRAY; id++) {
        ids.putIfAbsent(parser.nextTextValue(), id);
        parser.nextToken();
        parser.nextToken();
      }
      return id;
    }
  }

  /** The id of a vocabulary's entry or an added token. */
  static OptionalLong id(byte[] json, String entry) throws IOException {
    for (JsonNode token : addedTokens(json)) {
      if (token.path("content").asText().equals(entry)) {
        return OptionalLong.of(token.path("id").asLong());
      }
    }
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (!enter(parser, "model") || !enter(parser, "vocab")) {
        return OptionalLong.empty();
      }
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          if (name.equals(entry)) {
            return OptionalLong.of(parser.getLongValue());
          }
        }
        return OptionalLong.empty();
      }
      // Unigram: a list of pairs of entry and log probability.
      for (long id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
        if (entry.equals(parser.nextTextValue())) {
          return OptionalLong.of(id);
        }
        parser.nextToken();
        parser.nextToken();
      }
      return OptionalLong.empty();
    }
  }

  /**
   * A vocabulary's entry.
   *
   * @param text as the file has it
   * @param id its id
   */
  record Entry(String text, long id) {}

  /** The entry of the largest id, added tokens included; empty for an empty vocabulary. */
  static Optional<Entry> last(byte[] json, String unless) throws IOException {
    Entry last = new Entry("", -1);
    for (JsonNode token : addedTokens(json)) {
      last = later(last, token.path("content").asText(), token.path("id").asLong(), unless);
    }
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (enter(parser, "model") && enter(parser, "vocab")) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            last = later(last, name, parser.getLongValue(), unless);
          }
        } else {
          for (long id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
            last = later(last, String.valueOf(parser.nextTextValue()), id, unless);
            parser.nextToken();
            parser.nextToken();
          }
        }
      }
    }
    return last.id < 0 ? Optional.empty() : Optional.of(last);
  }

  private static Entry later(Entry last, String text, long id, String unless) {
    return id > last.id && !text.equals(unless) ? new Entry(text, id) : last;
  }

  private static JsonNode addedTokens(byte[] json) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (JsonParser parser = FACTORY.createParser(json)) {
      return enter(parser, "added_tokens") ? mapper.readTree(parser) : mapper.createArrayNode();
    }
  }

  /** Goes from before or at the start of an object to a field's value. */
  private static boolean enter(JsonParser parser, String field) throws IOException {
    if (parser.currentToken() == null) {
      parser.nextToken();
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals(field);
      parser.nextToken();
      if (found) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }
}
