package io.lucerna.plugin;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Reads intervention specs from JSON and YAML files. */
final class SpecFiles {
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
   * The spec of a file: JSON if its name ends in {@code .json}, YAML otherwise.
   *
   * @throws CommandException if it cannot be read; the message names the line, or the place in the
   *     tree
   */
  static InterventionSpec read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(Inputs.file(file.toString()));
    ObjectMapper mapper = file.toString().endsWith(".json") ? JSON : YAML;
    try {
      JsonNode tree = mapper.readTree(bytes);
      return InterventionSpec.fromJson(tree);
    } catch (JsonProcessingException e) {
      throw new CommandException(ExitCode.INPUT, file + where(e) + ": " + reason(e), e);
    } catch (SpecSyntaxException e) {
      throw new CommandException(ExitCode.INPUT, file + ": " + e.getMessage(), e);
    }
  }

  private static String where(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null ? "" : String.format(Locale.ROOT, ":%d:%d", at.getLineNr(), at.getColumnNr());
  }

  private static String reason(JsonProcessingException e) {
    return String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("not readable");
  }
}
