package io.lucerna.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonFaultsTest {
  private static JsonProcessingException fault(String text) {
    return assertThrows(
        JsonProcessingException.class,
        () -> {
          try (JsonParser parser = new JsonFactory().createParser(text)) {
            while (parser.nextToken() != null) {
              parser.getText();
            }
          }
        });
  }

  @Test
  void theLinesBeginningAndTheColumnAreShown() {
    String line = "{\"id\": \"q1\", \"title\": oven}";
    assertEquals(
        "q.jsonl:7: not JSON: Unrecognized token 'oven': was expecting (JSON String, Number, Array,"
            + " Object or token 'null', 'true' or 'false') (column 27 of "
            + line
            + ")",
        JsonFaults.inLine("q.jsonl", 7, fault(line), line).getMessage());
  }

  @Test
  void theLineOfAFileIsFoundAndALongOneIsCut() {
    String text = "{\n\"a\": \"" + "x".repeat(100) + "\" b\n}";
    assertEquals(
        "c.json:2: not JSON: Unexpected character ('b' (code 98)): was expecting comma to separate"
            + " Object entries (column 109 of \"a\": \""
            + "x".repeat(54)
            + "...)",
        JsonFaults.inFile("c.json", "JSON", fault(text), text).getMessage());
  }

  @Test
  void nothingIsSaidOfAHiddenSource() {
    for (String text :
        List.of("{", "{\"a\": [1,", "[[", "{\"a\": \"b", "tru", "{\"a\" 1}", "\u0001", "\"\\q\"")) {
      String message = JsonFaults.inLine("f", 1, fault(text), text).getMessage();
      assertFalse(
          String.valueOf(message).matches("(?s).*(REDACTED|Source|start marker).*"), message);
    }
  }
}
