package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code lucerna}, in a clone where Java is a script that tells how it was called. */
public class LauncherTest {
  private static final Instant BUILT = Instant.parse("2026-01-02T03:04:05Z");

  /**
   * Says how it was called; a rehearsal is counted, waits until somebody opens the gate, if there
   * is one, and leaves an archive.
   */
  private static final String JAVA =
      """
      #!/bin/bash
      for word in "$@"; do
        case $word in
          -XX:ArchiveClassesAtExit=*)
            echo rehearsal >>"$HOME/rehearsals"
            [ ! -p "$HOME/gate" ] || cat "$HOME/gate"
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
  private final List<Call> calls = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

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
    Files.copy(Checkout.root().resolve("lucerna"), script);
    assertTrue(script.toFile().setExecutable(true));
  }

  /** What a call left running writes into the folder, which goes. */
  @AfterEach
  void end() throws Exception {
    calls.forEach(call -> call.process.destroyForcibly());
    ended();
    threads.shutdownNow();
  }

  private static void old(Path file, int seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(BUILT.minusSeconds(seconds)));
  }

  /**
   * A call.
   *
   * @param end comes when it and all that it left running have ended
   */
  private record Call(Process process, Future<byte[]> end) {
    List<String> said() throws Exception {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), out);
      return out.lines().toList();
    }

    boolean archived() throws Exception {
      return said().stream().anyMatch(word -> word.startsWith("-XX:SharedArchiveFile="));
    }
  }

  private Path pipe(String name) throws Exception {
    Path pipe = folder.resolve(name);
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    return pipe;
  }

  private Call call(String locale, String... arguments) throws Exception {
    // Whatever the call starts has this pipe open until it ends.
    Path alive = pipe("alive" + calls.size());
    List<String> command =
        new ArrayList<>(List.of("/bin/bash", "-c", "exec /bin/bash \"$@\" 9>\"$0\""));
    command.addAll(List.of(alive.toString(), folder + "/lucerna"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().put("LC_ALL", locale);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("HOME", folder.toString());
    Future<byte[]> end = threads.submit(() -> Files.readAllBytes(alive));
    calls.add(new Call(builder.start(), end));
    return calls.getLast();
  }

  private Call call() throws Exception {
    return call("C.UTF-8", "score");
  }

  private void ended() throws Exception {
    for (Call call : calls) {
      call.end.get(60, TimeUnit.SECONDS);
    }
  }

  /** How many rehearsals there were when everything that was started has ended. */
  private int rehearsals() throws Exception {
    ended();
    return Files.readAllLines(folder.resolve("rehearsals")).size();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "C", "POSIX", "xx_XX.UTF-8", "de_DE.ISO-8859-1"})
  void javaReadsArgumentsAsUtf8InEveryLocale(String locale) throws Exception {
    List<String> said = call(locale, "score", "質問：ω").said();
    String read = said.stream().filter(word -> word.startsWith("LC_ALL=")).findFirst().orElse("");
    assertTrue(read.matches("(?i)LC_ALL=\\S+\\.utf-?8"), said.toString());
    assertFalse(read.contains("xx_XX"), said.toString());
    assertEquals(List.of("score", "質問：ω"), said.subList(said.size() - 2, said.size()));
  }

  @Test
  void aUtf8LocaleIsKept() throws Exception {
    assertEquals("LC_ALL=C.UTF-8", call("C.UTF-8", "models").said().getFirst());
  }

  @Test
  void theFirstCallMakesAnArchiveAndLaterOnesUseIt() throws Exception {
    assertFalse(call().archived());
    assertEquals(1, rehearsals());
    assertTrue(call().archived());
    assertEquals(1, rehearsals());
  }

  @Test
  void anArchiveOfAnotherJarOrJdkIsNotUsed() throws Exception {
    assertFalse(call().archived());
    assertEquals(1, rehearsals());
    Files.writeString(jar, "another");
    old(jar, -10);
    assertFalse(call().archived());
    assertEquals(2, rehearsals());
    assertTrue(call().archived());
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.2\"\n");
    assertFalse(call().archived());
    assertEquals(3, rehearsals());
  }

  @Test
  void manyFirstCallsMakeOneArchiveAndDoNotWaitForIt() throws Exception {
    Path gate = pipe("gate");
    for (int i = 0; i < 6; i++) {
      call();
    }
    for (Call each : calls) {
      assertFalse(each.archived());
    }
    Files.write(gate, new byte[0]);
    assertEquals(1, rehearsals());
    assertTrue(call().archived());
    try (Stream<Path> files = Files.list(folder.resolve("plugin/app/target/start"))) {
      assertEquals(3, files.count(), "an archive, its log, and that it was tried");
    }
  }

  @Test
  void aRehearsalThatFailsIsNotRepeated() throws Exception {
    Files.createFile(folder.resolve("broken"));
    for (int i = 0; i < 3; i++) {
      assertFalse(call().archived());
      assertEquals(1, rehearsals());
    }
  }
}
