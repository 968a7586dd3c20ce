package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.Counted;
import io.lucerna.base.Internal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * All shards of a whole. What one process would have written is made from them: its journal has the
 * lines of theirs, in the order of the items.
 *
 * <p>In memory are the items' ids, where their lines are, and for each shard what it says of the
 * whole, which does not grow with the items.
 *
 * @param all by number
 */
@Internal
public record Shards(List<ShardFolder> all) {
  private static final int NAMED = 5;

  /**
   * Reads the folders of shards.
   *
   * @param folders in any order
   * @return all shards of a whole
   * @throws StudyInputException naming a folder that holds no shard, one of another whole, or one
   *     that another folder holds too; and shards that are missing
   * @throws StudyException naming a file that has changed since its shard was made
   * @throws IOException if one cannot be read
   */
  public static Shards read(List<Path> folders) throws IOException {
    List<ShardFolder> all = new ArrayList<>();
    for (Path folder : folders) {
      all.add(ShardFolder.read(folder));
    }
    ShardFolder first = all.getFirst();
    Map<Integer, ShardFolder> numbers = new HashMap<>();
    for (ShardFolder each : all) {
      different(each, first)
          .ifPresent(
              what -> {
                throw new StudyInputException(
                    each + ": is not of the same whole as " + first + ": " + what);
              });
      ShardFolder other = numbers.putIfAbsent(each.shard().number(), each);
      if (other != null) {
        throw new StudyInputException(
            each + ": is the same shard as " + other + "; give each once");
      }
    }
    List<String> missing =
        IntStream.rangeClosed(1, first.shard().of())
            .filter(number -> !numbers.containsKey(number))
            .mapToObj(number -> number + "/" + first.shard().of())
            .toList();
    if (!missing.isEmpty()) {
      throw new StudyInputException(
          "no folder holds "
              + (missing.size() == 1 ? "shard " : "shards ")
              + some(missing)
              + ": give the folders of all "
              + Counted.of(first.shard().of(), "shard"));
    }
    all.sort(Comparator.comparingInt(each -> each.shard().number()));
    Shards shards = new Shards(List.copyOf(all));
    shards.requireWhole();
    for (ShardFolder each : all) {
      for (Map.Entry<String, JsonNode> file : each.files().properties()) {
        each.requireUnchanged(file.getKey(), file.getValue());
      }
    }
    return shards;
  }

  private static Optional<String> different(ShardFolder one, ShardFolder first) {
    ObjectNode a = described(one);
    ObjectNode b = described(first);
    return JsonText.difference(a, b);
  }

  private static ObjectNode described(ShardFolder folder) {
    ObjectNode fields = JournalReader.MAPPER.createObjectNode();
    fields.put("kind", folder.command()).put("number of shards", folder.shard().of());
    fields.setAll((ObjectNode) folder.whole());
    // What decides outcomes is the better reason: words of the command may name it twice.
    fields.set("command", fields.remove("command"));
    fields.put("number of items", folder.items());
    fields.set("hash of", folder.files());
    return fields;
  }

  /** Every item is in one shard. */
  private void requireWhole() {
    BitSet places = new BitSet();
    all.forEach(each -> each.own().keySet().forEach(places::set));
    int count = all.stream().mapToInt(each -> each.own().size()).sum();
    if (places.nextClearBit(0) != first().items() || count != first().items()) {
      throw new StudyInputException(
          first().path()
              + " and its other shards have "
              + Counted.of(count, "item")
              + " of "
              + first().items()
              + ": one of them was changed");
    }
  }

  private static String some(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(NAMED, names.size())))
        + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "");
  }

  private ShardFolder first() {
    return all.getFirst();
  }

  /** {@return which command's work it is} */
  public String command() {
    return first().command();
  }

  /** {@return what all shards say of the whole} */
  public JsonNode whole() {
    return first().whole();
  }

  /** {@return what was read, and what ran} */
  public Identity identity() {
    ObjectNode identity = JournalReader.MAPPER.createObjectNode();
    for (String field : List.of("command", "versions", "model", "inputs")) {
      identity.set(field, whole().path(field));
    }
    return Identity.of(identity);
  }

  /** {@return a folder with the files that all shards have} */
  public Path folder() {
    return first().path();
  }

  /** {@return for each item of the whole which of the folders has it, from 0} */
  public int[] owners() {
    int[] owners = new int[first().items()];
    for (int i = 0; i < all.size(); i++) {
      for (int place : all.get(i).own().keySet()) {
        owners[place] = i;
      }
    }
    return owners;
  }

  /** {@return the ids of all items, in their order} */
  public List<String> ids() {
    String[] ids = new String[first().items()];
    all.forEach(each -> each.own().forEach((place, id) -> ids[place] = id));
    return List.of(ids);
  }

  /**
   * {@return the complaint about a shard that is not finished}
   *
   * @param shard which one
   * @param left the ids of the items that are not done
   */
  public static StudyException unfinished(ShardFolder shard, List<String> left) {
    return new StudyException(
        shard
            + ": is unfinished, "
            + left.size()
            + " of "
            + Counted.of(shard.own().size(), "item")
            + " left"
            + (left.isEmpty() ? "" : ": " + some(left))
            + "; finish it with -resume");
  }

  /**
   * Copies files that all shards have.
   *
   * @param files their names
   * @param target the folder of the whole
   * @throws IOException if one cannot be copied
   */
  public void copy(List<String> files, Path target) throws IOException {
    for (String name : files) {
      Files.copy(folder().resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * The journals of all shards.
   *
   * @param <T> the outcome of an item
   */
  public static final class Journals<T> implements AutoCloseable {
    private final Shards shards;
    private final List<JournalReader<T>> readers = new ArrayList<>();

    /**
     * Opens them.
     *
     * @param shards whose they are
     * @param codec how outcomes are written
     * @throws StudyException naming a shard that is not finished, or was made with other settings
     * @throws IOException if one cannot be read
     */
    public Journals(Shards shards, ItemCodec<T> codec) throws IOException {
      this.shards = shards;
      boolean opened = false;
      try {
        for (ShardFolder shard : shards.all) {
          JournalReader<T> reader = JournalReader.open(shard.path(), codec);
          readers.add(reader);
          List<String> left =
              shard.own().values().stream().filter(item -> !reader.has(item)).toList();
          if (!left.isEmpty() || reader.settings().isMissingNode()) {
            throw unfinished(shard, left);
          }
          settings().requireSame(reader.path, JournalSettings.ofWhole(reader.settings()).json());
        }
        opened = true;
      } finally {
        if (!opened) {
          close();
        }
      }
    }

    /** {@return what decides the outcomes of the whole} */
    public JournalSettings settings() {
      return JournalSettings.ofWhole(readers.getFirst().settings());
    }

    /**
     * Appends the outcomes of all items, in the items' order.
     *
     * @param journal which may have some already
     * @throws StudyException naming an item whose outcome is damaged, or is another there
     * @throws IOException if one cannot be read or written
     */
    public void copy(Journal<T> journal) throws IOException {
      List<String> ids = shards.ids();
      int[] owners = shards.owners();
      Iterator<Encoded> outcomes =
          IntStream.range(0, owners.length)
              .mapToObj(place -> encoded(readers.get(owners[place]), ids.get(place)))
              .filter(outcome -> !isIn(journal, outcome))
              .iterator();
      journal.appendAll(outcomes);
    }

    private static Encoded encoded(JournalReader<?> reader, String item) {
      try {
        return reader.encoded(item);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static boolean isIn(Journal<?> journal, Encoded outcome) {
      String item = outcome.item();
      if (!journal.has(item)) {
        return false;
      }
      if (!encoded(journal, item).equals(outcome)) {
        throw new StudyException(
            journal.path
                + ": has another outcome of "
                + item
                + " than its shard; give another folder");
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      for (JournalReader<T> reader : readers) {
        reader.close();
      }
    }
  }
}
