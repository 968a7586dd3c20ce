package io.lucerna.plugin.regress;

import io.lucerna.base.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A regression's file.
 *
 * @param name its name, for messages; without folders and ending it is the regression's
 * @param content its text
 */
public record RegressionSource(String name, String content) {
  /** Names of the regressions that come with Lucerna. */
  private static final List<String> SHIPPED =
      List.of(
          "bundled",
          "cacm",
          "cacm-heads",
          "dl19",
          "dl20",
          "chen2024",
          "cross-encoders",
          "lu2025",
          "mechir-heads",
          "tasb");

  /** Before the names of those that come with Anserini. */
  private static final String ANSERINI = "anserini/";

  /** Reads a file. */
  public static RegressionSource file(Path file) throws IOException {
    return new RegressionSource(file.toString(), TextFile.of(file).text());
  }

  /**
   * A regression by its name.
   *
   * @throws RegressException if there is none of that name
   */
  public static RegressionSource named(String name) throws IOException {
    String resource =
        name.startsWith(ANSERINI)
            ? "/regression/" + name.substring(ANSERINI.length()) + ".yaml"
            : name + ".yaml";
    try (@Nullable InputStream in = RegressionSource.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new RegressException(
            name
                + ": no such regression; there are "
                + String.join(", ", SHIPPED)
                + ", and those of Anserini as "
                + ANSERINI
                + "NAME, such as "
                + ANSERINI
                + "cacm");
      }
      return new RegressionSource(
          name + ".yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /**
   * Whether it is a recipe, which has files and commands of its own.
   *
   * @throws RegressException if it is not YAML
   */
  public boolean isRecipe() {
    return Keys.parse(name, content).has(Recipe.KEY);
  }

  private String description() {
    if (isRecipe()) {
      return Recipe.read(Keys.parse(name, content)).description();
    }
    Regression regression = RegressionReader.read(name, content);
    return regression.extension().description().orElse(regression.corpus());
  }

  /** A line on each of those that come with Lucerna. */
  public static List<String> list() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String name : SHIPPED) {
      lines.add(String.format(Locale.ROOT, "%-14s  %s", name, named(name).description()));
    }
    return lines;
  }
}
