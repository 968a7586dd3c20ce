package io.lucerna.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.studies.work.JsonText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Does items of a command for another process. The command runs as it always does, but in a scratch
 * folder and on a thread of its own, up to its items; there it stays for the rest of the process,
 * with model and inputs open.
 */
final class ItemServer implements Function<String, byte[]> {
  /** Does one item. */
  private interface Items {
    byte[] outcome(String id) throws IOException;
  }

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final CompletableFuture<Items> opened = new CompletableFuture<>();

  /**
   * Opens the command.
   *
   * @param arguments its name and options
   * @param work the journal's settings in the process that asks
   */
  ItemServer(List<String> arguments, String work) {
    Thread thread = new Thread(() -> open(arguments, work), "lucerna-items");
    thread.setDaemon(true);
    thread.start();
  }

  private void open(List<String> arguments, String work) {
    try {
      List<String> options = new ArrayList<>(arguments.subList(1, arguments.size()));
      // The last of several counts.
      options.addAll(List.of("-output", scratch().resolve("work").toString()));
      PrintStream none =
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
      new Main(Main.COMMANDS, new Stop(work), none, none, false)
          .execute(arguments.getFirst(), options, arguments);
      throw new IllegalStateException("the command ended without its items");
    } catch (Throwable e) { // whatever it is, somebody waits
      opened.completeExceptionally(e);
    }
  }

  private static Path scratch() throws IOException {
    Path scratch = Files.createTempDirectory("lucerna-items");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(scratch)));
    return scratch;
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      // It is in the folder for temporary files, which somebody else tidies up.
      return;
    }
  }

  /** Takes the command's items, and lets it go no further. */
  private final class Stop implements ItemRunner {
    private final String work;

    Stop(String work) {
      this.work = work;
    }

    @Override
    public void run(JsonNode settings, List<Item> items, Doer doer, Taker taker)
        throws IOException {
      Optional<String> other = JsonText.difference(settings, MAPPER.readTree(work));
      if (other.isPresent()) {
        throw new CommandException(
            ExitCode.INPUT, "other inputs than those of the command: " + other.get());
      }
      Map<String, Item> byId = new HashMap<>();
      items.forEach(item -> byId.put(item.id(), item));
      opened.complete(
          id -> {
            Item item = byId.get(id);
            if (item == null) {
              throw new CommandException(ExitCode.INPUT, "there is no item " + id);
            }
            return doer.outcome(item);
          });
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }

  @Override
  public synchronized byte[] apply(String id) {
    Items items;
    try {
      items = opened.get();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      Answer.Failed failure = failure(Objects.requireNonNull(e.getCause()));
      return new Answer.Failed(failure.code(), host() + ": " + failure.message()).bytes();
    }
    try {
      return new Answer.Done(items.outcome(id)).bytes();
    } catch (Exception | OutOfMemoryError e) { // as in a process of its own
      return failure(e).bytes();
    }
  }

  private static Answer.Failed failure(Throwable thrown) {
    Failures.Failure failure =
        Failures.explain(thrown)
            .orElseGet(
                () -> {
                  StringWriter trace = new StringWriter();
                  thrown.printStackTrace(new PrintWriter(trace));
                  return new Failures.Failure(
                      ExitCode.FAILED,
                      "unexpected failure, please report it with this trace:\n" + trace);
                });
    if (failure.code() == ExitCode.INTERRUPTED) {
      // Whoever interrupts wants no answer.
      throw new IllegalStateException(thrown);
    }
    return new Answer.Failed(failure.code(), failure.message());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an executor";
    }
  }
}
