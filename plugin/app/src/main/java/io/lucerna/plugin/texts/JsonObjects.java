package io.lucerna.plugin.texts;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.base.text.MalformedTextException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a JSON text, one at a time: one on each line, or all in an array. Memory holds one
 * of them.
 */
public final class JsonObjects implements Closeable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectReader WHOLE =
      MAPPER.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final TextFile file;
  private final Objects objects;

  /** Where the objects come from. */
  private interface Objects extends Closeable {
    @Nullable JsonNode next() throws IOException;

    long line();
  }

  private JsonObjects(TextFile file, Objects objects) {
    this.file = file;
    this.objects = objects;
  }

  /** Whether a text looks like JSON objects. */
  public static boolean holds(TextFile file) throws IOException {
    int first = file.firstByte();
    return first == '{' || first == '[';
  }

  /**
   * Opens a text.
   *
   * @throws IOException as {@link TextFile#bytes} does
   */
  public static JsonObjects open(TextFile file) throws IOException {
    if (file.firstByte() != '[') {
      return new JsonObjects(file, new Lines(file.name(), file.lines()));
    }
    return new JsonObjects(file, new Array(file, MAPPER.createParser(file.reader())));
  }

  /**
   * The next object; null at the end.
   *
   * @throws MalformedTextException if there is something else, or the text ends within an object
   */
  public @Nullable JsonNode next() throws IOException {
    JsonNode next = objects.next();
    if (next != null && !next.isObject()) {
      throw error("not a JSON object: " + next.getNodeType().name().toLowerCase(Locale.ROOT));
    }
    return next;
  }

  /** An error in the object that was read last. */
  public MalformedTextException error(String message) {
    return file.error(objects.line(), message);
  }

  @Override
  public void close() throws IOException {
    objects.close();
  }

  private record Lines(String name, TextLines lines) implements Objects {
    @Override
    public @Nullable JsonNode next() throws IOException {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (!line.isBlank()) {
          try {
            return WHOLE.readTree(line);
          } catch (JsonProcessingException e) {
            throw JsonFaults.inLine(name, lines.number(), e, line);
          }
        }
      }
      return null;
    }

    @Override
    public long line() {
      return lines.number();
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  private static final class Array implements Objects {
    private final TextFile file;
    private final JsonParser parser;
    private long line = 1;
    private boolean begun;

    Array(TextFile file, JsonParser parser) {
      this.file = file;
      this.parser = parser;
    }

    @Override
    public @Nullable JsonNode next() throws IOException {
      try {
        if (!begun) {
          begun = true;
          parser.nextToken();
        }
        JsonToken token = parser.nextToken();
        line = parser.currentTokenLocation().getLineNr();
        if (token == JsonToken.END_ARRAY) {
          if (parser.nextToken() != null) {
            line = parser.currentTokenLocation().getLineNr();
            throw file.error(line, "not JSON: something follows the end of the array");
          }
          return null;
        }
        return MAPPER.readTree(parser);
      } catch (JsonProcessingException e) {
        int at = Math.max(1, e.getLocation() == null ? 0 : e.getLocation().getLineNr());
        String where = at == line ? "" : "; the object begins on line " + line;
        throw file.error(at, "not JSON: " + JsonFaults.reason(e) + where);
      }
    }

    @Override
    public long line() {
      return line;
    }

    @Override
    public void close() throws IOException {
      parser.close();
    }
  }
}
