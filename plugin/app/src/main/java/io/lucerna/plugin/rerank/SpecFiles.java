package io.lucerna.plugin.rerank;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import java.io.IOException;
import java.nio.file.Path;

/** Reads intervention specs from JSON and YAML files. */
public final class SpecFiles {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final ObjectMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private SpecFiles() {}

  /**
   * The spec of a file: JSON if its name ends in {@code .json}, compressed or not, YAML otherwise.
   *
   * @throws MalformedTextException if it cannot be read; the message names the line, or the place
   *     in the tree
   */
  public static InterventionSpec read(Path file) throws IOException {
    TextFile text = TextFile.of(file);
    String content = text.text();
    boolean json = file.toString().matches(".*\\.json(\\.(gz|bz2|zst))?");
    try {
      JsonNode tree = (json ? JSON : YAML).readTree(content);
      return InterventionSpec.fromJson(tree);
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(text.name(), json ? "JSON" : "YAML", e, content);
    } catch (SpecSyntaxException e) {
      throw new MalformedTextException(text.name(), 0, String.valueOf(e.getMessage()));
    }
  }
}
