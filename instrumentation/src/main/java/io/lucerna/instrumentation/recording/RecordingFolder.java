package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The files of a recording besides its shards. */
record RecordingFolder(Path path) {
  static final String FORMAT = "lucerna-recording";
  static final int VERSION = 1;
  static final String COMMAND = "command";

  /** The entry of a manifest that only one of several shards of a recording has. */
  static final String SHARD = "shard";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** There once the recording is complete. */
  Path manifest() {
    return path.resolve("manifest.json");
  }

  /** The manifest's first part, there while the recording is not complete. */
  Path unfinished() {
    return path.resolve("unfinished.json");
  }

  /** One line for each input that is recorded. */
  Path index() {
    return path.resolve("index.jsonl");
  }

  /**
   * Reads one of the JSON files.
   *
   * @throws RecordingException if it is not of a recording that this version knows
   */
  static ObjectNode read(Path file) throws IOException {
    JsonNode json;
    try {
      json = MAPPER.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new RecordingException(file + ": is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!(json instanceof ObjectNode object) || !json.path("format").asText().equals(FORMAT)) {
      throw new RecordingException(file + ": does not describe a recording");
    }
    if (json.path("version").asInt() != VERSION) {
      throw new RecordingException(
          file
              + ": is of version "
              + json.path("version").asText("none")
              + " of the format; this program reads version "
              + VERSION);
    }
    return object;
  }

  /**
   * The manifest of a finished recording, or of a finished shard of one.
   *
   * @param shard whether it is to be a shard's
   * @throws RecordingException if there is none, or one of the other kind
   */
  ObjectNode manifest(boolean shard) throws IOException {
    if (!Files.exists(manifest())) {
      throw new RecordingException(
          Files.exists(unfinished())
              ? path + ": the recording is not finished; resume it with record -resume"
              : manifest() + ": no such file; this folder holds no recording");
    }
    ObjectNode manifest = read(manifest());
    requireShard(manifest, shard);
    return manifest;
  }

  /** Checks that a manifest, or its first part, is a shard's or none. */
  void requireShard(JsonNode head, boolean shard) {
    if (head.has(SHARD) != shard) {
      throw new RecordingException(
          path
              + (shard
                  ? ": is a whole recording, not a shard of one"
                  : ": is shard "
                      + head.path(SHARD).asText()
                      + " of a recording; "
                      + (Files.exists(manifest()) ? "" : "finish it, and ")
                      + "join all of them with merge"));
    }
  }

  /** Checks that a file is there with its size. */
  void requireSize(ShardFile expected) throws IOException {
    Path file = path.resolve(expected.file());
    if (!Files.exists(file)) {
      throw new RecordingException(file + ": is missing from the recording");
    }
    if (Files.size(file) != expected.bytes()) {
      throw new RecordingException(
          String.format(
              Locale.ROOT,
              "%s: has %d bytes, the manifest says %d",
              file,
              Files.size(file),
              expected.bytes()));
    }
  }

  /** Writes one of the JSON files in one step. */
  void write(Path file, ObjectNode json) throws IOException {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    byte[] text =
        MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(lines)).writeValueAsBytes(json);
    Path temporary = part(file);
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      writeAll(out, ByteBuffer.wrap(text));
      writeAll(out, ByteBuffer.wrap(new byte[] {'\n'}));
      out.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static void writeAll(FileChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  /** Whether there is nothing in the folder but what a process killed at its start left. */
  boolean untouched() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.allMatch(
          file -> file.equals(part(unfinished())) || file.endsWith(FolderLock.FILE));
    }
  }

  /**
   * Checks that a recording continues as it began: with the same model, data and settings. The
   * command line may differ, and so may the places of files, whose hashes must be the same.
   *
   * @throws RecordingException naming what differs
   */
  static void requireSame(Path file, ObjectNode before, ObjectNode now) {
    ObjectNode left = before.deepCopy();
    ObjectNode right = now.deepCopy();
    for (ObjectNode head : List.of(left, right)) {
      head.remove(COMMAND);
      if (head.path("model") instanceof ObjectNode model) {
        model.remove(List.of("name", "label"));
      }
      if (head.path("versions") instanceof ObjectNode versions) {
        versions.remove("commit"); // the program's version decides, as in studies
      }
      removePlaces(head);
    }
    // A finished manifest says more; that it is a shard's decides, even where nobody asks for one.
    Set<String> decisive = new HashSet<>(names(right));
    decisive.add(SHARD);
    left.retain(decisive);
    difference("", left, right)
        .ifPresent(
            what -> {
              throw new RecordingException(
                  file + ": cannot be resumed: " + what + "; record into another folder");
            });
  }

  private static void removePlaces(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove("path");
    }
    node.forEach(RecordingFolder::removePlaces);
  }

  private static Optional<String> difference(String at, JsonNode before, JsonNode now) {
    if (before.isObject() && now.isObject()) {
      Set<String> all = new LinkedHashSet<>(names(before));
      all.addAll(names(now));
      return all.stream()
          .flatMap(
              name ->
                  difference(
                      at.isEmpty() ? name : at + "." + name, before.path(name), now.path(name))
                      .stream())
          .findFirst();
    }
    return before.equals(now)
        ? Optional.empty()
        : Optional.of(at + " was " + show(before) + " and is " + show(now));
  }

  private static String show(JsonNode node) {
    return node.isMissingNode() ? "not given" : node.toString();
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }

  /** A JSON tree of records, maps, lists, strings and numbers. */
  static ObjectNode tree(Map<String, ?> fields) {
    try {
      // Through text, so that numbers have the types that they are read back with.
      return (ObjectNode) MAPPER.readTree(MAPPER.writeValueAsBytes(fields));
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + fields, e);
    }
  }
}
