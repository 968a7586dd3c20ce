package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.commands.RecordCommandTest;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.reranker.FakeScorer;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real processes that are stopped or cannot write: no file under its final name, no exit code 0.
 */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
public class BrokenOffTest {
  private static final int TOPICS = 4000;

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    StringBuilder topics = new StringBuilder();
    StringBuilder run = new StringBuilder();
    for (int i = 0; i < TOPICS; i++) {
      topics.append(i).append("\tred lamp\n");
      run.append(i).append(" Q0 a 1 1 t\n");
    }
    Files.writeString(folder.resolve("topics.tsv"), topics);
    Files.writeString(folder.resolve("run.txt"), run);
    Files.writeString(folder.resolve("corpus.jsonl"), "{\"id\": \"a\", \"contents\": \"lamp\"}\n");
  }

  /** A command line whose model {@code slow} never ends, or a writer that stops halfway. */
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      if (arguments[0].equals("write")) {
        AtomicFile.write(
            Path.of(arguments[1]),
            out -> {
              out.write("half");
              out.flush();
              waitForever("half");
            });
      }
      Main main =
          new Main(Main.commands(new Models(), System.getenv()), System.out, System.err, false);
      System.exit(main.run(arguments).status());
    }

    /** Says something, and never returns. */
    public static float waitForever(String said) {
      System.err.println(said);
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      throw new AssertionError();
    }
  }

  private static final class Models extends ModelRegistry {
    @Override
    public Ranker open(String name, ScorerOptions options, Console console) {
      return name.equals("slow")
          ? new FakeScorer("never", 512, (query, passage) -> Child.waitForever("scoring"))
          : FakeScorer.ofWords(options);
    }
  }

  private List<String> child(String... arguments) {
    return ChildJvm.command(Child.class, arguments);
  }

  private List<String> rerank(String model) {
    return child(
        "rerank",
        "-rerank.model",
        model,
        "-topics",
        folder.resolve("topics.tsv").toString(),
        "-run",
        folder.resolve("run.txt").toString(),
        "-corpus",
        folder.resolve("corpus.jsonl").toString(),
        "-output",
        folder.resolve("out.txt").toString());
  }

  /** Stops a process as soon as it says something, and gives its exit code. */
  private static int stop(Signal signal, List<String> command, String when) throws Exception {
    Process process = new ProcessBuilder(signal.heeded(command)).start();
    try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
      List<String> lines = new ArrayList<>();
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        lines.add(line);
        if (line.equals(when)) {
          signal.send(process);
        }
      }
      assertTrue(lines.contains(when), lines.toString());
      assertTrue(lines.stream().noneMatch(line -> line.startsWith("\tat ")), lines.toString());
      return process.waitFor();
    } finally {
      process.destroyForcibly();
    }
  }

  private void noOutput() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> left =
          files.map(f -> f.getFileName().toString()).filter(f -> f.startsWith("out")).toList();
      assertEquals(List.of(), left);
    }
  }

  @ParameterizedTest
  @EnumSource
  void stoppedWhileItScores(Signal signal) throws Exception {
    assertEquals(signal.status(), stop(signal, rerank("slow"), "scoring"));
    noOutput();
  }

  @ParameterizedTest
  @EnumSource
  void stoppedWhileItWrites(Signal signal) throws Exception {
    List<String> writer = child("write", folder.resolve("out.txt").toString());
    assertEquals(signal.status(), stop(signal, writer, "half"));
    noOutput();
  }

  /** What it did is whole, so that it can be resumed; what it makes at the end is not there. */
  @ParameterizedTest
  @EnumSource
  void stoppedStudyKeepsWholeLines(Signal signal) throws Exception {
    Files.writeString(folder.resolve("qrels.txt"), "1 0 a 1\n");
    Path output = folder.resolve("study");
    List<String> study =
        child(
            "study",
            "-model",
            RecordCommandTest.MODELS.resolve("bert-cross").toString(),
            "-topics",
            folder.resolve("topics.tsv").toString(),
            "-run",
            folder.resolve("run.txt").toString(),
            "-corpus",
            folder.resolve("corpus.jsonl").toString(),
            "-qrels",
            folder.resolve("qrels.txt").toString(),
            "-conditions",
            "layers",
            "-output",
            output.toString());
    assertEquals(signal.status(), stop(signal, study, TOPICS + " topics under 3 conditions"));
    List<String> journal = Files.readAllLines(output.resolve("journal.jsonl"));
    assertTrue(journal.size() < TOPICS, "it was to be stopped before the end");
    for (String line : journal) {
      assertTrue(new ObjectMapper().readTree(line).isObject(), line);
    }
    try (Stream<Path> files = Files.list(output)) {
      assertEquals(
          Set.of(".lock", "first-stage.txt", "journal.jsonl", "plan.json"),
          files.map(f -> f.getFileName().toString()).collect(Collectors.toSet()));
    }
  }

  /** With an open connection, and rankings that are asked for. */
  @ParameterizedTest
  @EnumSource
  void stoppedWhileItExplores(Signal signal) throws Exception {
    List<String> explore =
        ChildJvm.command(
            Main.class,
            "explore",
            "-port",
            "0",
            "-model",
            RecordCommandTest.MODELS.resolve("bert-cross").toString(),
            "-topics",
            folder.resolve("topics.tsv").toString(),
            "-run",
            folder.resolve("run.txt").toString(),
            "-corpus",
            folder.resolve("corpus.jsonl").toString());
    Process process =
        new ProcessBuilder(signal.heeded(explore))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      URI address = URI.create(out.readLine());
      HttpClient client = HttpClient.newHttpClient();
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      try (Socket open = new Socket(address.getHost(), address.getPort())) {
        for (int topic = 0; topic < 30; topic++) {
          HttpRequest rank =
              HttpRequest.newBuilder(address.resolve("api/v1/rank"))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"topic\":\"" + topic + "\"}"))
                  .build();
          answers.add(client.sendAsync(rank, HttpResponse.BodyHandlers.ofString()));
        }
        Object first = CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new)).get();
        assertEquals(200, ((HttpResponse<?>) first).statusCode());
        signal.send(process);
        assertEquals(signal.status(), process.waitFor());
      } finally {
        client.shutdownNow();
      }
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aFileThatCannotGrow() throws Exception {
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -f 16; exec \"$0\" \"$@\""));
    limited.addAll(rerank("fake"));
    Process process = new ProcessBuilder(limited).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(ExitCode.FAILED.status(), process.waitFor(), said);
    assertTrue(
        said.contains("lucerna rerank: cannot write " + folder.resolve("out.txt") + ": "), said);
    noOutput();
  }
}
