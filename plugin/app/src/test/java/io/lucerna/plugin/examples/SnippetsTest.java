package io.lucerna.plugin.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every Java snippet of the documentation is the text of an example that is compiled and run. */
class SnippetsTest {
  private static final Path ROOT = Path.of(System.getProperty("lucerna.root", ".."));
  private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(
      strings = {"README.md", "docs/hooks.md", "docs/interventions.md", "docs/recording.md"})
  void javaSnippetsAreCompiledExamples(String page) throws IOException {
    List<String> examples = new ArrayList<>();
    for (String module : List.of("reranker", "plugin/app")) {
      Path folder =
          ROOT.resolve(
              module + "/src/test/java/io/lucerna/" + module.replace("/app", "") + "/examples");
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          examples.add(unindented(Files.readString(file)));
        }
      }
    }
    Matcher snippets = SNIPPET.matcher(Files.readString(ROOT.resolve(page)));
    int count = 0;
    while (snippets.find()) {
      String snippet = unindented(snippets.group(1));
      assertTrue(examples.stream().anyMatch(e -> e.contains(snippet)), page + " shows\n" + snippet);
      count++;
    }
    assertTrue(count > 0, page + " has no Java snippet");
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }
}
