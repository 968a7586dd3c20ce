package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out, from what a process left in the folder, how far it came. A line of the index counts if
 * it is whole and the activations that it speaks of are: in a finished shard, or in the part file
 * of the shard that was being filled. What follows the last such line is cut off.
 */
final class Journal {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * How far it came.
   *
   * @param inputs how many inputs are recorded
   * @param finished the finished shards
   * @param open the shard to continue
   * @param overflows how many numbers became infinite in fp16, by point
   */
  record State(
      long inputs, List<ShardFile> finished, OpenShard open, Map<String, Long> overflows) {}

  /** A line of the last shard, which may have to go. */
  private record Line(long start, List<OpenShard.Size> sizes, JsonNode overflows) {}

  private final RecordingFolder folder;
  private final RecordingSpec spec;
  private final Map<String, Long> overflows = new LinkedHashMap<>();

  /** The lines of the last shard only; those before are settled. */
  private final List<Line> last = new ArrayList<>();

  private long settled;
  private int shard;
  private long end;

  private Journal(RecordingFolder folder, RecordingSpec spec) {
    this.folder = folder;
    this.spec = spec;
  }

  /**
   * Restores the state, and leaves the index positioned at its end.
   *
   * @throws RecordingException if the folder was changed otherwise than by a process that ended
   */
  static State restore(RecordingFolder folder, RecordingSpec spec, FileChannel index)
      throws IOException {
    return new Journal(folder, spec).restore(index);
  }

  private State restore(FileChannel index) throws IOException {
    index.position(0);
    LineReader lines = new LineReader(Channels.newInputStream(index));
    for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
      add(line.get(), lines.start());
      end = lines.end();
    }
    boolean filling = Files.exists(OpenShard.partFile(folder.path(), shard));
    boolean lastFinished = !filling && !last.isEmpty();
    List<ShardFile> finished = new ArrayList<>();
    for (int number = 0; number < shard + (lastFinished ? 1 : 0); number++) {
      finished.add(identify(folder.path().resolve(OpenShard.fileName(number))));
    }
    OpenShard open = new OpenShard(folder.path(), spec, lastFinished ? shard + 1 : shard);
    if (filling) {
      last.forEach(line -> open.note(line.sizes));
    }
    int dropped = open.dropIncomplete();
    if (dropped > 0) {
      end = last.get(last.size() - dropped).start;
      last.subList(last.size() - dropped, last.size()).clear();
    }
    settle();
    index.truncate(end);
    index.position(end);
    return new State(settled, finished, open, overflows);
  }

  private void add(byte[] line, long start) throws IOException {
    JsonNode json;
    try {
      json = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw broken(e.getOriginalMessage());
    }
    if (!json.path(IndexLine.SHARD).asText().matches("shard-\\d{5,9}\\.safetensors")) {
      throw broken("names no shard");
    }
    int number = OpenShard.number(json.path(IndexLine.SHARD).asText());
    if (number != shard) {
      if (number != shard + 1) {
        throw broken("shard " + number + " follows shard " + shard);
      }
      settle();
      shard = number;
    }
    last.add(new Line(start, sizes(spec, json), json.path(IndexLine.OVERFLOWS)));
  }

  /** How much of each series a line speaks of. */
  static List<OpenShard.Size> sizes(RecordingSpec spec, JsonNode json) {
    Side side = TensorNames.side(json.path(IndexLine.SIDE).asText());
    int rows = spec.kept().rows(json.path(IndexLine.POSITIONS).size());
    int tokens = json.path(IndexLine.TOKENS).size();
    List<OpenShard.Size> sizes = new ArrayList<>();
    sizes.add(size(side, Part.ACTIVATION, rows, tokens));
    if (spec.gradients() && side != Side.QUERY) {
      sizes.add(size(side, Part.GRADIENT, rows, tokens));
      if (json.has(IndexLine.QUERY_TOKENS)) {
        int asked = json.path(IndexLine.QUERY_POSITIONS).size();
        int queryTokens = json.path(IndexLine.QUERY_TOKENS).asInt();
        sizes.add(size(Side.QUERY, Part.GRADIENT, asked, queryTokens));
      }
    }
    return sizes;
  }

  private static OpenShard.Size size(Side side, Part part, int rows, int tokens) {
    return new OpenShard.Size(new OpenShard.Series(side, part), rows, tokens);
  }

  private void settle() {
    settled += last.size();
    for (Line line : last) {
      for (Map.Entry<String, JsonNode> entry : line.overflows.properties()) {
        overflows.merge(entry.getKey(), entry.getValue().asLong(), Long::sum);
      }
    }
    last.clear();
  }

  private RecordingException broken(String what) {
    return new RecordingException(folder.index() + ":" + (settled + last.size() + 1) + ": " + what);
  }

  private static ShardFile identify(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new RecordingException(
          file + ": is missing, so the recording cannot be resumed; record into another folder");
    }
    return HashingFile.identify(file);
  }
}
