package io.lucerna.plugin.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every Java snippet of the documentation is the text of an example that is compiled and run. */
class SnippetsTest {
  private static final Path ROOT = Checkout.root();
  private static final String EXAMPLES =
      "((src/test/java/.*|docs)/examples|\\.ci/consumers/\\w+/src/main/java)/\\w+\\.java";
  private static final Pattern OF_MARKDOWN = Pattern.compile("(?s)```java\\n(.*?)```");
  private static final Pattern OF_JAVADOC =
      Pattern.compile("(?s)\\{@snippet lang=java :\\n(.*?)\\n \\* \\}");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "docs/hooks.md",
        "docs/interventions.md",
        "docs/java.md",
        "docs/recording.md",
        "docs/service.md"
      })
  void snippetsOfPages(String page) throws IOException {
    assertTrue(check(ROOT.resolve(page), OF_MARKDOWN) > 0, page + " has no Java snippet");
  }

  @Test
  void snippetsOfPackages() throws IOException {
    int count = 0;
    for (Path file : files("src/main/java/.*/package-info\\.java")) {
      count += check(file, OF_JAVADOC);
    }
    assertTrue(count > 0, "no package page has a snippet");
  }

  /** What .ci/consumers/run runs is shown whole. */
  @Test
  void programs() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/java.md"));
    int count = 0;
    for (Path file : files("\\.ci/consumers/\\w+/src/main/java/\\w+\\.java")) {
      if (!file.endsWith("Consumer.java")) {
        String program = Files.readString(file);
        assertTrue(
            page.contains("```java\n" + program + "```\n"), file + " is not in docs/java.md");
        assertTrue(program.lines().count() < 40, file + " is too long for a page");
        count++;
      }
    }
    assertEquals(6, count);
  }

  private static int check(Path page, Pattern pattern) throws IOException {
    List<MatchResult> snippets = pattern.matcher(Files.readString(page)).results().toList();
    for (MatchResult snippet : snippets) {
      check(page.toString(), snippet.group(1).replaceAll("(?m)^ \\*( |$)", ""));
    }
    return snippets.size();
  }

  /** Where a snippet shows imports, they are all that it needs. */
  private static void check(String page, String snippet) throws IOException {
    List<String> imports = imports(snippet);
    String body = unindented(snippet.replaceAll("(?m)^import .*\n", ""));
    for (Path file : files(EXAMPLES)) {
      String example = Files.readString(file);
      if (unindented(example).contains(body)) {
        if (!imports.isEmpty()) {
          assertEquals(
              imports(example).stream().filter(i -> uses(body, i)).toList(), imports, page);
        }
        return;
      }
    }
    throw new AssertionError(page + " shows what no example has\n" + body);
  }

  private static List<String> imports(String code) {
    return code.lines().filter(line -> line.startsWith("import ")).toList();
  }

  private static boolean uses(String body, String imported) {
    String name = imported.replaceAll(".*\\.(\\w+);", "$1");
    return Pattern.compile("\\b" + name + "\\b").matcher(body).find();
  }

  private static List<Path> files(String pattern) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().replace('\\', '/').matches(".*/" + pattern))
          .sorted()
          .toList();
    }
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }
}
