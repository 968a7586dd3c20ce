package io.lucerna.studies.page;

import static io.lucerna.studies.chart.PlainText.escaped;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/**
 * One page that needs nothing else. Its security policy lets it load nothing and run only its own
 * script, so that text of the data stays text.
 *
 * @param title of the window, plain text
 * @param style CSS
 * @param body HTML in which all text of the data is escaped
 * @param data what the script reads from the element {@code data}
 * @param script JavaScript
 */
public record HtmlPage(String title, String style, String body, JsonNode data, String script) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Writes the page. */
  public void write(Path file) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          out.write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
          out.write(
              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
                  + " style-src 'unsafe-inline'; script-src 'sha256-"
                  + sha256(script)
                  + "'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
          out.write(escaped(title));
          out.write("</title>\n<style>\n" + style + "</style>\n</head>\n<body>\n");
          out.write(body);
          out.write("<script type=\"application/json\" id=\"data\">");
          out.write(inert(data));
          out.write("</script>\n<script>" + script + "</script>\n</body>\n</html>\n");
        });
  }

  /** JSON that cannot end the element it is in. */
  private static String inert(JsonNode data) {
    try {
      return MAPPER
          .writeValueAsString(data)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026")
          .replace("\u2028", "\\u2028")
          .replace("\u2029", "\\u2029");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The text of a resource next to a class. */
  public static String resource(Class<?> beside, String name) throws IOException {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String sha256(String text) {
    byte[] digest = Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder().encodeToString(digest);
  }
}
