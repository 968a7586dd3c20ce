package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.TensorFile;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A finished recording, read in parts: memory holds the ids and where they are, and what is asked
 * for is read from disk. Thread-safe.
 *
 * <p>That all files exist with their sizes is checked when the folder is opened; that a file is
 * unchanged, by its hash, when it is first read.
 */
public final class Recording implements ActivationSource {
  private final RecordingFolder folder;
  private final JsonNode manifest;
  private final String modelSha256;
  private final String sha256;
  private final boolean averaged;
  private final boolean gradients;
  private final Map<HookPoint, PointShape> points = new LinkedHashMap<>();
  private final Map<String, ShardFile> shards = new LinkedHashMap<>();
  private final Map<String, TensorFile> open = new ConcurrentHashMap<>();
  private final RecordingIndex index;

  /**
   * {@return whether a folder holds a recording, complete or not}
   *
   * @param path a folder, which need not exist
   */
  public static boolean isIn(Path path) {
    return Files.exists(new RecordingFolder(path).index());
  }

  /** Opens a recording, or of several shards of one that of this number. */
  private Recording(RecordingFolder folder, boolean part) throws IOException {
    this.folder = folder;
    if (!Files.exists(folder.manifest())) {
      throw new RecordingException(
          Files.exists(folder.unfinished())
              ? folder.path() + ": the recording is not finished; resume it with record -resume"
              : folder.manifest() + ": no such file; this folder holds no recording");
    }
    manifest = RecordingFolder.read(folder.manifest());
    if (manifest.has(RecordingFolder.SHARD) != part) {
      throw new RecordingException(
          folder.path()
              + (part
                  ? ": is a whole recording, not a shard of one"
                  : ": is shard "
                      + manifest.path(RecordingFolder.SHARD).asText()
                      + " of a recording; join all of them with merge"));
    }
    modelSha256 = manifest.path("model").path("sha256").asText();
    sha256 = Manifest.sha256(manifest);
    gradients = manifest.path("gradients").asBoolean();
    averaged = Kept.isMean(manifest.path("positions").asText());
    for (JsonNode point : manifest.path("points")) {
      PointShape shape = shape(point);
      points.put(shape.point(), shape);
    }
    for (JsonNode shard : manifest.path("shards")) {
      ShardFile file = file(shard);
      shards.put(file.file(), file);
      requireSize(file);
    }
    ShardFile lines = file(manifest.path("index"));
    requireSize(lines);
    index = RecordingIndex.open(folder.index(), lines);
  }

  /**
   * Opens the folder that {@code record} wrote.
   *
   * @param folder the folder of the manifest
   * @return the recording, which its caller closes
   * @throws RecordingException if it is not a finished recording or a file is missing, cut short or
   *     changed; the message names the file
   * @throws IOException if a file cannot be read
   */
  public static Recording open(Path folder) throws IOException {
    return new Recording(new RecordingFolder(folder), false);
  }

  /** Opens one of several shards of a recording. */
  static Recording openShard(Path folder) throws IOException {
    return new Recording(new RecordingFolder(folder), true);
  }

  /** All that is recorded. */
  List<PointShape> shapes() {
    return List.copyOf(points.values());
  }

  /** What is stored of a line's input, or with it of its query. */
  float[] values(JsonNode line, OpenShard.Series series, PointShape shape) {
    boolean query = series.side() == Side.QUERY && line.has(IndexLine.QUERY_TOKENS);
    return slice(
            line,
            series.side(),
            series.part(),
            shape,
            positions(line, query ? IndexLine.QUERY_POSITIONS : IndexLine.POSITIONS),
            query ? line.path(IndexLine.QUERY_TOKENS).asInt() : line.path(IndexLine.TOKENS).size())
        .values();
  }

  private PointShape shape(JsonNode json) {
    String name = json.path("name").asText();
    HookPoint point =
        HookPoint.parse(name)
            .orElseThrow(
                () ->
                    new RecordingException(
                        folder.manifest() + ": this version has no point " + name));
    List<Integer> rest = new ArrayList<>();
    json.path("shape").forEach(size -> rest.add(size.asInt()));
    return new PointShape(point, rest);
  }

  private static ShardFile file(JsonNode json) {
    return new ShardFile(
        json.path("file").asText(), json.path("bytes").asLong(), json.path("sha256").asText());
  }

  private void requireSize(ShardFile expected) throws IOException {
    Path file = folder.path().resolve(expected.file());
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

  /** {@return what the manifest says, which nobody changes} */
  @Internal
  public JsonNode manifest() {
    return manifest;
  }

  /** {@return the hash of the model whose activations these are, as on its card} */
  public String modelSha256() {
    return modelSha256;
  }

  /**
   * The hash of all that was recorded: of the hashes of index and shards, the points, and the
   * model's hash. Where the folder is and which command made it does not count.
   */
  @Override
  public Optional<String> sha256() {
    return Optional.of(sha256);
  }

  @Override
  public boolean averaged() {
    return averaged;
  }

  /**
   * {@return the grade of a pair's document; empty if it is not judged}
   *
   * @param id the pair's id
   * @throws IllegalArgumentException if there is none of that id
   */
  public OptionalInt grade(String id) {
    for (Side side : List.of(Side.PAIR, Side.PASSAGE)) {
      if (index.has(side)) {
        JsonNode grade = line(id, side).path(IndexLine.GRADE);
        return grade.isInt() ? OptionalInt.of(grade.asInt()) : OptionalInt.empty();
      }
    }
    return OptionalInt.empty();
  }

  @Override
  public List<String> ids() {
    return index.ids();
  }

  @Override
  public Set<HookPoint> points(Side side) {
    return index.has(side)
        ? Collections.unmodifiableSet(new LinkedHashSet<>(points.keySet()))
        : Set.of();
  }

  @Override
  public List<Token> tokens(String id, Side side) {
    JsonNode line = line(id, side);
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < line.path(IndexLine.TOKENS).size(); i++) {
      tokens.add(
          new Token(
              line.path(IndexLine.TOKENS).path(i).asText(),
              line.path(IndexLine.SEGMENTS).path(i).asInt(),
              line.path(IndexLine.WORDS).path(i).asInt(),
              line.path(IndexLine.STARTS).path(i).asInt(),
              line.path(IndexLine.ENDS).path(i).asInt(),
              Role.parse(line.path(IndexLine.ROLES).path(i).asText())));
    }
    return List.copyOf(tokens);
  }

  private JsonNode line(String id, Side side) {
    try {
      return index.line(id, side);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Slice get(String id, Side side, HookPoint point) {
    PointShape shape = shape(point);
    JsonNode line = line(id, side);
    int tokens = line.path(IndexLine.TOKENS).size();
    return slice(line, side, Part.ACTIVATION, shape, positions(line, IndexLine.POSITIONS), tokens);
  }

  /**
   * {@return the derivatives of a pair's score by what was kept of one point, in the shape of that}
   *
   * @param id the pair's id, for what a query that was read alone has too
   * @param side what the text is
   * @param point a recorded point
   * @throws IllegalArgumentException if the id, the side or the point was not recorded, or no
   *     gradients were
   */
  public Slice gradient(String id, Side side, HookPoint point) {
    if (!gradients) {
      throw new IllegalArgumentException(folder.path() + ": was recorded without gradients");
    }
    PointShape shape = shape(point);
    if (side != Side.QUERY) {
      JsonNode line = line(id, side);
      int tokens = line.path(IndexLine.TOKENS).size();
      return slice(line, side, Part.GRADIENT, shape, positions(line, IndexLine.POSITIONS), tokens);
    }
    JsonNode line = line(id, Side.PASSAGE);
    return slice(
        line,
        side,
        Part.GRADIENT,
        shape,
        positions(line, IndexLine.QUERY_POSITIONS),
        line.path(IndexLine.QUERY_TOKENS).asInt());
  }

  private PointShape shape(HookPoint point) {
    PointShape shape = points.get(point);
    if (shape == null) {
      throw new IllegalArgumentException(
          folder.path() + ": " + point + " was not recorded; recorded: " + points.keySet());
    }
    return shape;
  }

  private static int[] positions(JsonNode line, String field) {
    int[] positions = new int[line.path(field).size()];
    Arrays.setAll(positions, i -> line.path(field).path(i).asInt());
    return positions;
  }

  /**
   * What is stored of an input.
   *
   * @param line the line of the item that it is stored with
   * @param all the kept positions
   * @param tokens the input's length
   */
  private Slice slice(
      JsonNode line, Side side, Part part, PointShape shape, int[] all, int tokens) {
    int[] positions = averaged ? new int[Math.min(all.length, 1)] : all;
    int[] places = shape.hasPositions() ? positions : new int[] {0};
    int rows = shape.rows(positions.length);
    int count = Math.toIntExact(rows * shape.perRow(tokens));
    long[] size = shape.shape(rows, tokens);
    if (count == 0) {
      return new Slice(positions, size, new float[0]);
    }
    TensorFile shard = shard(line.path(IndexLine.SHARD).asText());
    int item = line.path(IndexLine.ITEM).asInt();
    if (new OpenShard.Series(side, part).apart(shape)) {
      String own = TensorNames.of(side, shape.point(), part, item);
      return new Slice(places, size, shard.floats(own, 0, count));
    }
    long from =
        shape.hasPositions()
            ? line.path(IndexLine.ROW).asLong() * shape.perRow(tokens)
            : (long) item * count;
    return new Slice(
        places, size, shard.floats(TensorNames.of(side, shape.point(), part), from, count));
  }

  /** A shard, whose hash is checked the first time. */
  private TensorFile shard(String name) {
    return open.computeIfAbsent(
        name,
        file -> {
          ShardFile expected = shards.get(file);
          if (expected == null) {
            throw new RecordingException(
                folder.index() + ": names " + file + ", which the manifest lacks");
          }
          Path path = folder.path().resolve(file);
          try {
            if (!HashingFile.identify(path).equals(expected)) {
              throw new RecordingException(
                  path + ": has changed: its hash is not that of the manifest");
            }
            return TensorFile.open(path);
          } catch (CheckpointException e) {
            throw new RecordingException(String.valueOf(e.getMessage()), e);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Override
  public void close() {
    try {
      index.close();
      for (TensorFile file : open.values()) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
