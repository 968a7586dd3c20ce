package io.lucerna.reranker.input;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.config.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Bi-encoders that were trained with a text before each query and passage, and whose folders mostly
 * do not say so. They are recognised by the names in their folder.
 */
@Internal
public final class Prefixes {
  /** How much of a model card says what the model is. */
  private static final int HEAD = 4000;

  /** A kind of model and what it reads before the texts. */
  private record Kind(Pattern name, String query, String passage) {
    static Kind of(String name, String query, String passage) {
      Pattern word =
          Pattern.compile("(?<![a-z0-9])(" + name + ")(?![a-z0-9])", Pattern.CASE_INSENSITIVE);
      return new Kind(word, query, passage);
    }
  }

  /** The model cards of intfloat/e5-base-v2, e5-mistral-7b-instruct, nomic-ai/nomic-embed-text. */
  private static final List<Kind> KINDS =
      List.of(
          Kind.of(
              "e5(-\\w+)*-instruct",
              "Instruct: Given a web search query, retrieve relevant passages that answer the query"
                  + "\nQuery: ",
              ""),
          Kind.of("e5", "query: ", "passage: "),
          Kind.of("nomic-embed-text|modernbert-embed", "search_query: ", "search_document: "));

  private Prefixes() {}

  /**
   * {@return what to tell of a model that is opened without the texts that it was trained with;
   * empty if there is nothing to tell}
   *
   * @param folder the model's folder, whose names and model card are looked at
   * @param name what the model is called
   * @param task what the model's output is
   * @param form what the inputs are made of
   * @param texts what the options say of prompt and prefixes
   */
  public static Optional<String> warning(
      Path folder, String name, Task task, InputForm form, TextOptions texts) {
    if (task != Task.VECTOR || texts.prefixed() || !form.equals(new InputForm.Apart("", ""))) {
      return Optional.empty();
    }
    String names = names(folder, name);
    return KINDS.stream()
        .filter(kind -> kind.name.matcher(names).find())
        .findFirst()
        .map(
            kind ->
                String.format(
                    Locale.ROOT,
                    "%s seems to be a model that was trained with '%s' before each query%s; it "
                        + "is opened without. Give -query.prefix %s%s, or -query.prefix \"\" if "
                        + "this is meant",
                    name,
                    shown(kind.query),
                    kind.passage.isEmpty() ? "" : " and '" + kind.passage + "' before each passage",
                    argument(kind.query),
                    kind.passage.isEmpty() ? "" : " -passage.prefix " + argument(kind.passage)));
  }

  /** On one line. */
  private static String shown(String prefix) {
    return prefix.replace("\n", "\\n");
  }

  /** As it is typed into a shell, which makes a line feed of \n between $' and ' only. */
  private static String argument(String prefix) {
    return prefix.contains("\n") ? "$'" + shown(prefix) + "'" : "\"" + prefix + "\"";
  }

  /** All that may say which model this is, one name a line. */
  private static String names(Path folder, String name) {
    JsonNode config = TokenizerFiles.json(folder.resolve("config.json"));
    StringBuilder names = new StringBuilder(name).append('\n');
    names.append(config.path("_name_or_path").asText("")).append('\n');
    Path whole = folder.toAbsolutePath().normalize();
    // A folder of the hub's cache: models--ORG--NAME/snapshots/COMMIT.
    for (int i = Math.max(0, whole.getNameCount() - 3); i < whole.getNameCount(); i++) {
      names.append(whole.getName(i)).append('\n');
    }
    return names.append(card(folder.resolve("README.md"))).toString();
  }

  /** The titles and names at the beginning of a model card. */
  private static String card(Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try {
      byte[] bytes = Files.readAllBytes(file);
      String head = new String(bytes, 0, Math.min(bytes.length, HEAD), StandardCharsets.UTF_8);
      StringBuilder names = new StringBuilder();
      head.lines()
          .filter(line -> line.matches("#.*|\\s*(- )?(name|base_model|model_name):.*"))
          .forEach(line -> names.append(line).append('\n'));
      return names.toString();
    } catch (IOException e) {
      return "";
    }
  }
}
