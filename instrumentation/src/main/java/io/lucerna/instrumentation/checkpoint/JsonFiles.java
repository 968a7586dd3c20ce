package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the JSON files of a model's folder. */
public final class JsonFiles {
  private static final long MAX_BYTES = 50_000_000;
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** As Python reads settings: of a key that occurs twice the last counts. */
  private static final JsonMapper LENIENT = new JsonMapper();

  private JsonFiles() {}

  /**
   * A file that says where tensors are: no key occurs twice, and nothing follows.
   *
   * @throws CheckpointException if it is not there, too long, or not JSON; the message names the
   *     line
   */
  static JsonNode read(Path file) {
    return read(file, STRICT);
  }

  /**
   * {@return the content of a file of settings; where a key occurs twice, the last one counts}
   *
   * @param file the file, in UTF-8
   * @throws CheckpointException as for files of tensors
   */
  public static JsonNode settings(Path file) {
    return read(file, LENIENT);
  }

  private static JsonNode read(Path file, JsonMapper mapper) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file + ": is over " + MAX_BYTES + " bytes long");
      }
      String text = TextFile.of(file).text();
      try {
        return mapper.readTree(text);
      } catch (JsonProcessingException e) {
        throw JsonFaults.inFile(file.toString(), "JSON", e, text);
      }
    } catch (MalformedTextException e) {
      throw new CheckpointException(String.valueOf(e.getMessage()), e);
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file + ": no such file", e);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
