package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Joins shards of a recording: each input is copied as it is, in the order in which one process
 * records them, so that files and places in them are those of one process.
 *
 * <p>Memory: where the lines of the shards' indexes are, and one input.
 */
@Internal
public final class RecordingShards {
  /** The name under which the head of a shard's recording has its number. */
  public static final String SHARD = RecordingFolder.SHARD;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RecordingShards() {}

  /**
   * {@return whether the recording in a folder has come to its end}
   *
   * @param folder of a shard
   */
  public static boolean isFinished(Path folder) {
    return Files.exists(new RecordingFolder(folder).manifest());
  }

  /**
   * {@return how many inputs the recording in a folder has so far}
   *
   * @param folder of a shard
   * @throws IOException if it cannot be read
   */
  public static long inputs(Path folder) throws IOException {
    Path index = new RecordingFolder(folder).index();
    if (!Files.exists(index)) {
      return 0;
    }
    long inputs = 0;
    try (InputStream in = Files.newInputStream(index)) {
      LineReader lines = new LineReader(in);
      while (lines.next().isPresent()) {
        inputs++;
      }
    }
    return inputs;
  }

  /** The next inputs of a shard. */
  private static final class Source implements Closeable {
    private final Recording recording;
    private final InputStream in;
    private final LineReader lines;

    Source(Path folder) throws IOException {
      recording = Recording.openShard(folder);
      in = Files.newInputStream(new RecordingFolder(folder).index());
      lines = new LineReader(in);
    }

    ObjectNode next() throws IOException {
      return (ObjectNode) MAPPER.readTree(lines.next().orElseThrow());
    }

    @Override
    public void close() throws IOException {
      recording.close();
      in.close();
    }
  }

  /**
   * Makes the whole of all shards, in a folder that may hold some of it already.
   *
   * @param shards their folders; all are finished
   * @param owners for each item the place of its shard's folder
   * @param inputs for each item how many inputs it has
   * @param target the folder of the whole
   * @param command what is done, for whoever comes second
   * @return what was written; empty if the folder holds it already
   * @throws RecordingException if a shard is of another recording than the first, or the folder
   *     holds something else
   * @throws IOException if a file cannot be read or written
   */
  public static Optional<RecordingWriter.Written> merge(
      List<Path> shards, int[] owners, int[] inputs, Path target, String command)
      throws IOException {
    ObjectNode head = head(shards.getFirst());
    for (Path shard : shards) {
      RecordingFolder.requireSame(
          new RecordingFolder(shard).manifest(), head(shard), head.deepCopy());
    }
    JsonNode counts = RecordingFolder.read(new RecordingFolder(shards.getFirst()).manifest());
    List<Source> sources = new ArrayList<>();
    FolderLock lock = FolderLock.take(target, command);
    boolean opened = false;
    try {
      for (Path shard : shards) {
        sources.add(new Source(shard));
      }
      RecordingSpec spec = spec(head, sources.getFirst().recording);
      Optional<RecordingWriter> writer = RecordingWriter.open(lock, head, spec, true);
      opened = writer.isPresent();
      if (writer.isEmpty()) {
        return Optional.empty();
      }
      try (RecordingWriter out = writer.get()) {
        copy(sources, owners, inputs, spec, out);
        return Optional.of(out.finish(fields(counts.path("counts"))));
      }
    } finally {
      if (!opened) {
        lock.close();
      }
      for (Source source : sources) {
        source.close();
      }
    }
  }

  /** What a shard says of the whole. */
  private static ObjectNode head(Path shard) throws IOException {
    ObjectNode head = RecordingFolder.read(new RecordingFolder(shard).manifest());
    return head.remove(List.of(SHARD, "counts", "overflows", "index", "shards"));
  }

  private static Map<String, JsonNode> fields(JsonNode object) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    return fields;
  }

  private static RecordingSpec spec(JsonNode head, Recording recording) {
    return new RecordingSpec(
        recording.shapes(),
        Kept.parse(head.path("positions").asText()),
        head.path("gradients").asBoolean(),
        head.path("dtype").asText().equals("F16"),
        head.path("shard_bytes").asLong());
  }

  private static void copy(
      List<Source> sources, int[] owners, int[] inputs, RecordingSpec spec, RecordingWriter out)
      throws IOException {
    long number = 0;
    long done = out.inputs();
    for (int item = 0; item < owners.length; item++) {
      Source source = sources.get(owners[item]);
      for (int i = 0; i < inputs[item]; i++) {
        ObjectNode line = source.next();
        if (number++ >= done) {
          add(line, source.recording, spec, out);
        }
      }
    }
  }

  private static void add(
      ObjectNode line, Recording recording, RecordingSpec spec, RecordingWriter out)
      throws IOException {
    List<OpenShard.Source> series = new ArrayList<>();
    for (OpenShard.Size size : Journal.sizes(spec, line)) {
      series.add(
          new OpenShard.Source(
              size, point -> recording.values(line, size.series(), spec.points().get(point))));
    }
    out.add(
        series,
        (place, number, infinite) -> {
          line.path(IndexLine.OVERFLOWS)
              .properties()
              .forEach(tensor -> infinite.put(tensor.getKey(), tensor.getValue().asLong()));
          line.put(IndexLine.SHARD, OpenShard.fileName(number));
          line.put(IndexLine.ROW, place.row()).put(IndexLine.ITEM, place.number());
          return (line + "\n").getBytes(StandardCharsets.UTF_8);
        });
  }
}
