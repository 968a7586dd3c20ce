package io.lucerna.plugin.collections;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.TextFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Files of one form, one after the other. */
final class JoinedFile {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JoinedFile() {}

  /** Writes the lines of plain text, or the elements of JSON arrays, a line each. */
  static void write(List<Path> parts, BufferedWriter out) throws IOException {
    for (Path part : parts) {
      TextFile file = TextFile.of(part);
      if (file.firstByte() == '[') {
        for (JsonNode element : MAPPER.readTree(file.reader())) {
          out.write(MAPPER.writeValueAsString(element) + "\n");
        }
      } else {
        String text = file.text();
        out.write(text.endsWith("\n") ? text : text + "\n");
      }
    }
  }
}
