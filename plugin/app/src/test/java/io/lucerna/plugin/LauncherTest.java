package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code lucerna}, in a clone where Java is a script that tells how it was called. */
public class LauncherTest {
  private static final Instant BUILT = Instant.parse("2026-01-02T03:04:05Z");

  /** Says how it was called; a rehearsal is counted, takes a moment, and leaves an archive. */
  private static final String JAVA =
      """
      #!/bin/bash
      for word in "$@"; do
        case $word in
          -XX:ArchiveClassesAtExit=*)
            echo rehearsal >>"$HOME/rehearsals"
            sleep 0.3
            [ ! -e "$HOME/broken" ] || exit 1
            echo archive >"${word#*=}"
            exit ;;
        esac
      done
      echo "LC_ALL=${LC_ALL:-}"
      printf '%s\\n' "$@"
      """;

  @TempDir Path folder;
  private Path jar = Path.of("lucerna.jar");

  @BeforeEach
  void makeClone() throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/bin/bash")), "the launcher is not tested: no /bin/bash");
    for (String name : List.of("pom.xml", "reranker/pom.xml", "plugin/app/pom.xml")) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      old(Files.writeString(file, ""), 60);
    }
    Files.createDirectories(folder.resolve("reranker/src/main"));
    Files.createDirectories(folder.resolve("plugin/app/src/main"));
    jar = folder.resolve("plugin/app/target/lucerna.jar");
    Files.createDirectories(jar.getParent());
    old(Files.writeString(jar, "jar"), 0);
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    for (String name : List.of("java", "javac")) {
      Files.writeString(java.resolveSibling(name), JAVA);
      assertTrue(java.resolveSibling(name).toFile().setExecutable(true));
    }
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
    Path script = folder.resolve("lucerna");
    Files.copy(Path.of("../../lucerna"), script);
    assertTrue(script.toFile().setExecutable(true));
  }

  private static void old(Path file, int seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(BUILT.minusSeconds(seconds)));
  }

  private Process start(String locale, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("/bin/bash", folder + "/lucerna"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().put("LC_ALL", locale);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("HOME", folder.toString());
    return builder.start();
  }

  private List<String> run(String locale, String... arguments) throws Exception {
    Process process = start(locale, arguments);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    return out.lines().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "C", "POSIX", "xx_XX.UTF-8", "de_DE.ISO-8859-1"})
  void javaReadsArgumentsAsUtf8InEveryLocale(String locale) throws Exception {
    List<String> said = run(locale, "score", "質問：ω");
    String read = said.stream().filter(word -> word.startsWith("LC_ALL=")).findFirst().orElse("");
    assertTrue(read.matches("(?i)LC_ALL=\\S+\\.utf-?8"), said.toString());
    assertFalse(read.contains("xx_XX"), said.toString());
    assertEquals(List.of("score", "質問：ω"), said.subList(said.size() - 2, said.size()));
  }

  @Test
  void aUtf8LocaleIsKept() throws Exception {
    assertEquals("LC_ALL=C.UTF-8", run("C.UTF-8", "models").getFirst());
  }

  @Test
  void theFirstCallMakesAnArchiveAndLaterOnesUseIt() throws Exception {
    assertFalse(archived(run("C.UTF-8", "score")));
    await(1);
    assertTrue(archived(run("C.UTF-8", "score")));
    await(1);
  }

  @Test
  void anArchiveOfAnotherJarOrJdkIsNotUsed() throws Exception {
    run("C.UTF-8", "score");
    await(1);
    Files.writeString(jar, "another");
    old(jar, -10);
    assertFalse(archived(run("C.UTF-8", "score")));
    await(2);
    assertTrue(archived(run("C.UTF-8", "score")));
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.2\"\n");
    assertFalse(archived(run("C.UTF-8", "score")));
    await(3);
  }

  @Test
  void manyFirstCallsMakeOneArchive() throws Exception {
    List<Process> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      calls.add(start("C.UTF-8", "score"));
    }
    for (Process call : calls) {
      assertTrue(call.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, call.exitValue());
    }
    await(1);
    assertTrue(archived(run("C.UTF-8", "score")));
    try (Stream<Path> files = Files.list(folder.resolve("plugin/app/target/start"))) {
      assertEquals(3, files.count(), "an archive, its log, and that it was tried");
    }
  }

  @Test
  void aRehearsalThatFailsIsNotRepeated() throws Exception {
    Files.createFile(folder.resolve("broken"));
    for (int i = 0; i < 3; i++) {
      assertFalse(archived(run("C.UTF-8", "score")));
      await(1);
    }
  }

  private static boolean archived(List<String> said) {
    return said.stream().anyMatch(word -> word.startsWith("-XX:SharedArchiveFile="));
  }

  private int rehearsals() throws IOException {
    return Files.readAllLines(folder.resolve("rehearsals")).size();
  }

  /** Waits until there were so many rehearsals, and none is under way. */
  private void await(int count) throws Exception {
    Path start = folder.resolve("plugin/app/target/start");
    for (int i = 0; i < 600; i++) {
      // One too many would have begun by the end of this.
      Thread.sleep(100);
      if (Files.exists(folder.resolve("rehearsals")) && rehearsals() >= count) {
        try (Stream<Path> files = Files.list(start)) {
          if (files.noneMatch(file -> file.toString().matches(".*\\.jsa\\.[0-9].*"))) {
            assertEquals(count, rehearsals());
            return;
          }
        }
      }
    }
    throw new AssertionError("the rehearsal does not end");
  }
}
