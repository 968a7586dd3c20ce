package io.lucerna.plugin.certify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A reference that Hugging Face transformers made.
 *
 * @param numbers the tensors
 * @param origin who made them, in words
 * @param pairs query and passage of each text; empty where only token ids are known
 */
public record ReferenceFolder(Path numbers, String origin, List<Pair> pairs) {
  /** The file of the tensors. */
  public static final String NUMBERS = "reference.safetensors";

  private static final String TEXTS = "reference.json";

  private static final String GRADIENTS = "gradients.safetensors";

  /**
   * A query and a passage.
   *
   * @param query what is asked
   * @param passage what may answer it
   */
  public record Pair(String query, String passage) {}

  /** Copies the list. */
  public ReferenceFolder {
    pairs = List.copyOf(pairs);
  }

  /**
   * The reference in a folder.
   *
   * @throws FileNotFoundException if there is none
   * @throws io.lucerna.base.text.MalformedTextException if its description is no JSON
   */
  public static ReferenceFolder of(Path folder) throws IOException {
    Path numbers = folder.resolve(NUMBERS);
    if (!Files.isRegularFile(numbers)) {
      throw new FileNotFoundException(
          folder + ": no " + NUMBERS + "; docs/certify.md says how to make a reference");
    }
    Path texts = folder.resolve(TEXTS);
    if (!Files.isRegularFile(texts)) {
      return new ReferenceFolder(numbers, numbers.toString(), List.of());
    }
    JsonNode json = parsed(texts);
    List<Pair> pairs = new ArrayList<>();
    for (JsonNode pair : json.path("pairs")) {
      pairs.add(new Pair(pair.path(0).asText(), pair.path(1).asText()));
    }
    String versions =
        json.path("transformers").asText("of unknown version")
            + ", torch "
            + json.path("torch").asText("of unknown version");
    return new ReferenceFolder(numbers, numbers + ": transformers " + versions, pairs);
  }

  /** Gradients beside the tensors, of the scores that {@code GradientParity} names. */
  public Optional<Path> gradients() {
    return Optional.of(numbers.resolveSibling(GRADIENTS)).filter(Files::isRegularFile);
  }

  private static JsonNode parsed(Path file) throws IOException {
    String content = TextFile.of(file).text();
    try {
      return new ObjectMapper().readTree(content);
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(file.toString(), "JSON", e, content);
    }
  }
}
