package io.lucerna.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.ItemRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Commands whose items are done by other processes. Whoever starts these, such as {@code
 * plugin/spark}, may have other versions of what Lucerna uses, and has Lucerna in a class loader of
 * its own: nothing but types of Java itself passes through here, and outcomes as {@link Answer} has
 * them.
 */
public final class Elsewhere {
  private Elsewhere() {}

  /**
   * Runs a command; its items are done elsewhere.
   *
   * @param arguments the command's name and options
   * @param pool does items. It is given {@code what} (a line for people), {@code work} (what {@link
   *     #worker} asks for), {@code ids} and {@code weights} (strings and longs, in arrays of the
   *     same length), and whom to give outcomes to, by id: each item's once, in any order, one
   *     thread at a time. It returns when all are done
   * @return the exit code
   */
  public static int drive(
      List<String> arguments, BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>> pool) {
    ItemRunner items = items("lucerna " + String.join(" ", arguments), pool);
    return Main.run(items, arguments.toArray(String[]::new)).status();
  }

  /** A pool, as {@link #drive} takes it, that does items. */
  static ItemRunner items(
      String what, BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>> pool) {
    return new Pool(what, pool);
  }

  /**
   * Opens the same command to do single items. It writes nothing where the command would.
   *
   * @param arguments the command's name and options, as they were given to {@link #drive}
   * @param work what the command said of its work, which must be the same here
   * @return what does an item, by its id, one at a time. The first byte is not 0 if that failed;
   *     then the command is to be ended
   */
  public static Function<String, byte[]> worker(List<String> arguments, String work) {
    return new ItemServer(arguments, work);
  }

  /** The items of a command, done by a pool. */
  private record Pool(String what, BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>> pool)
      implements ItemRunner {
    @Override
    public void run(JsonNode settings, List<Item> items, Doer doer, Taker taker)
        throws IOException {
      Map<String, Item> byId = new LinkedHashMap<>();
      items.forEach(item -> byId.put(item.id(), item));
      try {
        pool.accept(
            Map.of(
                "what",
                what,
                "work",
                settings.toString(),
                "ids",
                items.stream().map(Item::id).toArray(String[]::new),
                "weights",
                items.stream().mapToLong(Item::size).toArray()),
            answers -> take(answers, byId, taker));
      } catch (UncheckedIOException e) {
        throw Objects.requireNonNull(e.getCause());
      }
    }

    private static void take(Map<String, byte[]> answers, Map<String, Item> items, Taker taker) {
      Map<Item, byte[]> outcomes = new LinkedHashMap<>();
      List<CommandException> failures = new ArrayList<>();
      answers.forEach(
          (id, bytes) -> {
            switch (Answer.of(bytes)) {
              case Answer.Done done ->
                  outcomes.put(Objects.requireNonNull(items.get(id)), done.outcome());
              case Answer.Failed failed ->
                  failures.add(new CommandException(failed.code(), failed.message()));
            }
          });
      try {
        taker.take(outcomes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (!failures.isEmpty()) {
        throw failures.getFirst();
      }
    }
  }
}
