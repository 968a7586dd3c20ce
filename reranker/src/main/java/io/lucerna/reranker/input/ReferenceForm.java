package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a folder's {@code reference.json} says that its pairs became inputs: its field {@code prompt}
 * (a text, or an object with {@code text}, or with {@code first} and {@code second} for a pair), or
 * the text with Q and D that its {@code call} quotes; and which answers were compared.
 */
public final class ReferenceForm {
  private static final Pattern QUOTED =
      Pattern.compile("tokenizer\\('(.*\\bQ\\b.*\\bD\\b.*)'\\).*");
  private static final String QUERY = "{query}";
  private static final String PASSAGE = "{passage}";

  private ReferenceForm() {}

  static Optional<InputForm> read(Path folder) {
    JsonNode json = json(folder);
    JsonNode prompt = json.path("prompt");
    String text = prompt.isTextual() ? prompt.asText() : prompt.path("text").asText("");
    if (!text.isEmpty()) {
      return Optional.of(new InputForm.Prompt(text));
    }
    String first = prompt.path("first").asText("");
    String second = prompt.path("second").asText("");
    if (first.endsWith(QUERY) && second.endsWith(PASSAGE)) {
      return Optional.of(
          new InputForm.Pair(
              first.substring(0, first.length() - QUERY.length()),
              second.substring(0, second.length() - PASSAGE.length())));
    }
    Matcher call = QUOTED.matcher(json.path("call").asText(""));
    return call.matches()
        ? Optional.of(
            new InputForm.Prompt(
                call.group(1).replaceAll("\\bQ\\b", QUERY).replaceAll("\\bD\\b", PASSAGE)))
        : Optional.empty();
  }

  /**
   * {@return the word for not relevant, then that for relevant; empty where none are named}
   *
   * @param folder the model's folder; reference.json may be missing
   */
  public static List<String> answers(Path folder) {
    JsonNode json = json(folder);
    for (List<String> names : List.of(List.of("no", "yes"), List.of("false", "true"))) {
      JsonNode bad = json.path(names.get(0) + "_token");
      JsonNode good = json.path(names.get(1) + "_token");
      if (bad.isTextual() && good.isTextual()) {
        return List.of(bad.asText(), good.asText());
      }
    }
    return List.of();
  }

  private static JsonNode json(Path folder) {
    return TokenizerFiles.json(folder.resolve("reference.json"));
  }
}
