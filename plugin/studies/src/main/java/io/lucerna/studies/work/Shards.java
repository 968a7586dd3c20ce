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
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * All shards of a whole. What one process would have written is made from them: its journal has the
 * lines of theirs, in the order of the items.
 *
 * <p>In memory are the items' ids, and where their lines are.
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
          "no folder holds shard "
              + some(missing)
              + ": give the folders of all "
              + Counted.of(first.shard().of(), "shard"));
    }
    all.sort(Comparator.comparingInt(each -> each.shard().number()));
    Shards shards = new Shards(List.copyOf(all));
    shards.requireWhole();
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
    int count = all.stream().mapToInt(each -> each.own().size()).sum();
    if (owners().size() != first().items() || count != first().items()) {
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

  /** {@return whose work it is} */
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

  /** {@return each item's folder, by its place in the whole} */
  public SortedMap<Integer, ShardFolder> owners() {
    SortedMap<Integer, ShardFolder> owners = new TreeMap<>();
    all.forEach(each -> each.own().keySet().forEach(place -> owners.put(place, each)));
    return owners;
  }

  /** {@return the ids of all items, in their order} */
  public List<String> ids() {
    SortedMap<Integer, String> ids = new TreeMap<>();
    all.forEach(each -> ids.putAll(each.own()));
    return List.copyOf(ids.values());
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
   * @throws StudyException if one is not as it was written
   * @throws IOException if one cannot be copied
   */
  public void copy(List<String> files, Path target) throws IOException {
    for (String name : files) {
      Path file = folder().resolve(name);
      if (!Hashes.sha256(file).equals(first().files().path(name).asText())) {
        throw new StudyException(file + ": has changed since the shard was made");
      }
      Files.copy(file, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
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
          settings().requireSame(reader.path, JournalSettings.ofWhole(reader.settings()).json());
          List<String> left =
              shard.own().values().stream().filter(item -> !reader.has(item)).toList();
          if (!left.isEmpty()) {
            throw unfinished(shard, left);
          }
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
     * @throws IOException if one cannot be read or written
     */
    public void copy(Journal<T> journal) throws IOException {
      List<String> ids = shards.ids();
      SortedMap<Integer, ShardFolder> owners = shards.owners();
      Iterator<Encoded> outcomes =
          owners.entrySet().stream()
              .filter(owner -> !journal.has(ids.get(owner.getKey())))
              .map(owner -> encoded(owner.getValue(), ids.get(owner.getKey())))
              .iterator();
      journal.appendAll(outcomes);
    }

    private Encoded encoded(ShardFolder shard, String item) {
      try {
        return readers.get(shard.shard().number() - 1).encoded(item);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      for (JournalReader<T> reader : readers) {
        reader.close();
      }
    }
  }
}
