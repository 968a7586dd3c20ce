package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.FileNotFoundException;
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
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The inputs of a recording, and where and in what shape something was kept of each, as manifest
 * and index say; also of one that is not finished, as far as it has come. Thread-safe but for
 * {@link #again}.
 */
@Internal
public final class RecordedInputs implements AutoCloseable {
  private final RecordingFolder folder;
  private final JsonNode head;
  private final boolean finished;
  private final boolean averaged;
  private final Map<HookPoint, PointShape> points = new LinkedHashMap<>();
  private final RecordingIndex index;

  /**
   * What was kept of one point for one input.
   *
   * @param positions as in {@link ActivationSource.Slice}
   * @param shape as in {@link ActivationSource.Slice}
   */
  public record Extent(int[] positions, long[] shape) {}

  private RecordedInputs(
      RecordingFolder folder,
      JsonNode head,
      boolean finished,
      List<PointShape> shapes,
      RecordingIndex index) {
    this.folder = folder;
    this.head = head;
    this.finished = finished;
    this.averaged = Kept.isMean(head.path("positions").asText());
    shapes.forEach(shape -> points.put(shape.point(), shape));
    this.index = index;
  }

  /**
   * Opens the folder that {@code record} wrote or writes.
   *
   * @param path the folder
   * @return its inputs, which the caller closes
   * @throws RecordingException if it holds no recording, or a shard of one; of a finished one, if a
   *     file is missing or cut short, or the index changed; the message names the file
   * @throws IOException if a file cannot be read
   */
  public static RecordedInputs open(Path path) throws IOException {
    RecordingFolder folder = new RecordingFolder(path);
    if (Files.exists(folder.unfinished()) && !Files.exists(folder.manifest())) {
      try {
        return begun(folder);
      } catch (FileNotFoundException e) {
        // It has just been finished.
      }
    }
    return of(folder, folder.manifest(false));
  }

  private static RecordedInputs begun(RecordingFolder folder) throws IOException {
    JsonNode head = RecordingFolder.read(folder.unfinished());
    folder.requireShard(head, false);
    List<PointShape> shapes = shapes(folder.unfinished(), head);
    return new RecordedInputs(folder, head, false, shapes, RecordingIndex.open(folder.index()));
  }

  /** Those of a finished recording, or of a shard, that has this manifest. */
  static RecordedInputs of(RecordingFolder folder, JsonNode manifest) throws IOException {
    for (JsonNode shard : manifest.path("shards")) {
      folder.requireSize(ShardFile.of(shard));
    }
    ShardFile lines = ShardFile.of(manifest.path("index"));
    folder.requireSize(lines);
    if (!HashingFile.identify(folder.index()).equals(lines)) {
      throw new RecordingException(
          folder.index() + ": has changed: its hash is not that of the manifest");
    }
    List<PointShape> shapes = shapes(folder.manifest(), manifest);
    return new RecordedInputs(folder, manifest, true, shapes, RecordingIndex.open(folder.index()));
  }

  private static List<PointShape> shapes(Path file, JsonNode head) {
    List<PointShape> shapes = new ArrayList<>();
    for (JsonNode point : head.path("points")) {
      String name = point.path("name").asText();
      List<Integer> rest = new ArrayList<>();
      point.path("shape").forEach(size -> rest.add(size.asInt()));
      shapes.add(
          new PointShape(
              HookPoint.parse(name)
                  .orElseThrow(
                      () -> new RecordingException(file + ": this version has no point " + name)),
              rest));
    }
    return shapes;
  }

  /**
   * Looks at the folder of an unfinished recording again, while nobody else uses this.
   *
   * @return this, with the inputs that came since; once the recording is finished, others in place
   *     of this, which is closed then
   * @throws RecordingException as {@link #open} does
   * @throws IOException if a file cannot be read
   */
  public RecordedInputs again() throws IOException {
    if (finished) {
      return this;
    }
    if (Files.exists(folder.manifest())) {
      RecordedInputs whole = of(folder, folder.manifest(false));
      close();
      return whole;
    }
    index.refresh();
    return this;
  }

  /** {@return whether the recording is finished, so that nothing will change} */
  public boolean isFinished() {
    return finished;
  }

  /**
   * {@return what the manifest says, of an unfinished recording its first part; not to be changed}
   */
  public JsonNode head() {
    return head;
  }

  /** All that is recorded. */
  List<PointShape> shapes() {
    return List.copyOf(points.values());
  }

  /** {@return what {@link ActivationSource#averaged} says} */
  public boolean averaged() {
    return averaged;
  }

  /**
   * {@return what {@link Recording#grade} says}
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

  /** {@return what {@link ActivationSource#ids} says} */
  public List<String> ids() {
    return index.ids();
  }

  /**
   * {@return what {@link ActivationSource#points} says}
   *
   * @param side what the recorded texts are
   */
  public Set<HookPoint> points(Side side) {
    return index.has(side)
        ? Collections.unmodifiableSet(new LinkedHashSet<>(points.keySet()))
        : Set.of();
  }

  /**
   * {@return what {@link ActivationSource#tokens} says}
   *
   * @param id the pair's id, for a query that was read alone too
   * @param side what the recorded text is
   * @throws IllegalArgumentException if the id or the side was not recorded
   */
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

  /**
   * {@return where something was kept of an input, and in what shape}
   *
   * @param id the pair's id, for a query that was read alone too
   * @param side what the text is
   * @param point a recorded point
   * @throws IllegalArgumentException if the id, the side or the point was not recorded
   */
  public Extent extent(String id, Side side, HookPoint point) {
    PointShape shape = shape(point);
    return extent(line(id, side), side, shape);
  }

  /** The same of a line's input, or of the query that is stored with it. */
  Extent extent(JsonNode line, Side side, PointShape shape) {
    boolean query = side == Side.QUERY && line.has(IndexLine.QUERY_TOKENS);
    int[] all = positions(line.path(query ? IndexLine.QUERY_POSITIONS : IndexLine.POSITIONS));
    int tokens =
        query ? line.path(IndexLine.QUERY_TOKENS).asInt() : line.path(IndexLine.TOKENS).size();
    int[] positions = averaged ? new int[Math.min(all.length, 1)] : all;
    return new Extent(
        shape.hasPositions() ? positions : new int[] {0},
        shape.shape(shape.rows(positions.length), tokens));
  }

  private static int[] positions(JsonNode kept) {
    int[] positions = new int[kept.size()];
    Arrays.setAll(positions, i -> kept.path(i).asInt());
    return positions;
  }

  JsonNode line(String id, Side side) {
    try {
      return index.line(id, side);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  PointShape shape(HookPoint point) {
    PointShape shape = points.get(point);
    if (shape == null) {
      throw new IllegalArgumentException(
          folder.path() + ": " + point + " was not recorded; recorded: " + points.keySet());
    }
    return shape;
  }

  @Override
  public void close() {
    try {
      index.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
