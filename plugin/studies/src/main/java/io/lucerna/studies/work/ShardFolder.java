package io.lucerna.studies.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Internal;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The folder of a shard: which part of which whole it holds. It says all that is needed to make the
 * files of the whole from the outcomes.
 *
 * @param path the folder
 * @param command which command's work it is
 * @param shard which part
 * @param items how many items the whole has
 * @param own the ids of the shard's items, by their places in the whole
 * @param files hashes of files that all shards have, by name
 * @param whole what all shards say of the whole
 * @param part what only this shard says
 */
@Internal
public record ShardFolder(
    Path path,
    String command,
    Shard shard,
    int items,
    SortedMap<Integer, String> own,
    JsonNode files,
    JsonNode whole,
    JsonNode part) {
  /** The file that makes a folder one of a shard. */
  static final String FILE = "shard.json";

  private static final String FORMAT = "lucerna-shard";
  private static final int VERSION = 1;

  /**
   * Says what a folder holds a shard of.
   *
   * @param folder whose lock is held
   * @param command which command's work it is
   * @param shard which part
   * @param items all items
   * @param places those of the shard
   * @param files that are in the folder and the same in all shards
   * @param identity what was read, and what ran
   * @param more what is needed, besides these files, the identity and the outcomes, to make the
   *     files of the whole; the same in all shards
   * @param part what only this shard says
   * @throws IOException if it cannot be written
   */
  public static void write(
      Path folder,
      String command,
      Shard shard,
      List<Item> items,
      int[] places,
      List<String> files,
      Identity identity,
      ObjectNode more,
      ObjectNode part)
      throws IOException {
    ObjectNode json = JournalReader.MAPPER.createObjectNode();
    json.put("format", FORMAT).put("version", VERSION).put("command", command);
    json.put("shard", shard.toString()).put("items", items.size());
    ObjectNode hashes = json.putObject("files");
    for (String file : files) {
      hashes.put(file, Hashes.sha256(folder.resolve(file)));
    }
    ObjectNode whole = json.putObject("whole").setAll((ObjectNode) identity.json());
    whole.setAll(more);
    json.set("part", part);
    ArrayNode own = json.putArray("own");
    for (int place : places) {
      own.addArray().add(place).add(items.get(place).id());
    }
    AtomicFile.write(folder.resolve(FILE), out -> out.write(json + "\n"));
  }

  /**
   * {@return whether a folder is one of a shard}
   *
   * @param folder a folder, which need not exist
   */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * {@return what a folder holds a shard of}
   *
   * @param folder of a shard
   * @throws StudyInputException if it holds none, one of another version, or a damaged one
   * @throws IOException if it cannot be read
   */
  public static ShardFolder read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isDirectory(folder)) {
      throw new StudyInputException(folder + ": no such folder");
    }
    if (!isIn(folder)) {
      throw new StudyInputException(
          folder + ": holds no shard, as there is no " + FILE + "; it was made without -shard");
    }
    String content = TextFile.of(file).text();
    JsonNode json;
    try {
      json = JournalReader.MAPPER.readTree(content);
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(file.toString(), "JSON", e, content);
    }
    if (!json.path("format").asText().equals(FORMAT) || !json.path("whole").isObject()) {
      throw new StudyInputException(file + ": does not describe a shard");
    }
    if (json.path("version").asInt() != VERSION) {
      throw new StudyInputException(
          file
              + ": is of version "
              + json.path("version").asText("none")
              + ", this program reads version "
              + VERSION
              + "; use the program that made it");
    }
    SortedMap<Integer, String> own = new TreeMap<>();
    json.path("own").forEach(item -> own.put(item.path(0).asInt(), item.path(1).asText()));
    return new ShardFolder(
        folder,
        json.path("command").asText(),
        shard(file, json.path("shard").asText()),
        json.path("items").asInt(),
        own,
        json.path("files"),
        json.path("whole"),
        json.path("part"));
  }

  private static Shard shard(Path file, String word) {
    try {
      return Shard.parse(word);
    } catch (IllegalArgumentException e) {
      throw new StudyInputException(file + ": " + e.getMessage());
    }
  }

  /**
   * Checks that a file is as it was when the shard was made.
   *
   * @param file its name
   * @param sha256 what its hash was
   * @throws StudyException if it has changed
   * @throws IOException if it cannot be read
   */
  public void requireUnchanged(String file, JsonNode sha256) throws IOException {
    if (!Hashes.sha256(path.resolve(file)).equals(sha256.asText())) {
      throw new StudyException(this + ": " + file + " has changed since the shard was made");
    }
  }

  /** The folder, and which shard it holds. */
  @Override
  public String toString() {
    return path + " (shard " + shard + ")";
  }
}
