package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.TensorFile;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
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
  private final RecordedInputs inputs;
  private final String modelSha256;
  private final String sha256;
  private final boolean gradients;
  private final Map<String, ShardFile> shards = new LinkedHashMap<>();
  private final Map<String, TensorFile> open = new ConcurrentHashMap<>();

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
    JsonNode manifest = folder.manifest(part);
    modelSha256 = manifest.path("model").path("sha256").asText();
    sha256 = Manifest.sha256(manifest);
    gradients = manifest.path("gradients").asBoolean();
    for (JsonNode shard : manifest.path("shards")) {
      ShardFile file = ShardFile.of(shard);
      shards.put(file.file(), file);
    }
    inputs = RecordedInputs.of(folder, manifest);
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
    return inputs.shapes();
  }

  /** What is stored of a line's input, or with it of its query. */
  float[] values(JsonNode line, OpenShard.Series series, PointShape shape) {
    return slice(line, series, shape).values();
  }

  /** {@return what the manifest says, which nobody changes} */
  @Internal
  public JsonNode manifest() {
    return inputs.head();
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
    return inputs.averaged();
  }

  /**
   * {@return the grade of a pair's document; empty if it is not judged}
   *
   * @param id the pair's id
   * @throws IllegalArgumentException if there is none of that id
   */
  public OptionalInt grade(String id) {
    return inputs.grade(id);
  }

  @Override
  public List<String> ids() {
    return inputs.ids();
  }

  @Override
  public Set<HookPoint> points(Side side) {
    return inputs.points(side);
  }

  @Override
  public List<Token> tokens(String id, Side side) {
    return inputs.tokens(id, side);
  }

  @Override
  public Slice get(String id, Side side, HookPoint point) {
    PointShape shape = inputs.shape(point);
    return slice(inputs.line(id, side), new OpenShard.Series(side, Part.ACTIVATION), shape);
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
    PointShape shape = inputs.shape(point);
    JsonNode line = inputs.line(id, side == Side.QUERY ? Side.PASSAGE : side);
    return slice(line, new OpenShard.Series(side, Part.GRADIENT), shape);
  }

  /** What is stored of a line's input, or with it of its query. */
  private Slice slice(JsonNode line, OpenShard.Series series, PointShape shape) {
    RecordedInputs.Extent extent = inputs.extent(line, series.side(), shape);
    int count = Math.toIntExact(Arrays.stream(extent.shape()).reduce(1, (a, b) -> a * b));
    if (count == 0) {
      return new Slice(extent.positions(), extent.shape(), new float[0]);
    }
    TensorFile shard = shard(line.path(IndexLine.SHARD).asText());
    int item = line.path(IndexLine.ITEM).asInt();
    if (series.apart(shape)) {
      String own = TensorNames.of(series.side(), shape.point(), series.part(), item);
      return new Slice(extent.positions(), extent.shape(), shard.floats(own, 0, count));
    }
    long from =
        shape.hasPositions()
            ? line.path(IndexLine.ROW).asLong() * (count / extent.shape()[0])
            : (long) item * count;
    return new Slice(
        extent.positions(),
        extent.shape(),
        shard.floats(TensorNames.of(series.side(), shape.point(), series.part()), from, count));
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
      inputs.close();
      for (TensorFile file : open.values()) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
