package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.checkpoint.SafetensorsHeader;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * The shard that is being filled. Inputs are appended to a part file as they come, each with its
 * points one after the other; when the shard is closed, its final file is assembled from that, each
 * point's rows side by side. So memory holds none of it, and what a killed process left is whole up
 * to its last input.
 */
final class OpenShard implements Closeable {
  /** A header with more tensors than this would itself be large. */
  private static final int MOST_TENSORS = 50_000;

  private static final int BUFFER = 1 << 20;
  private static final Map<String, String> METADATA = Map.of("format", RecordingFolder.FORMAT);

  /** What belongs to tensors of its own: of a query, activations are not each pair's. */
  record Series(Side side, Part part) {
    /** Whether each item has tensors of its own. */
    boolean apart(PointShape shape) {
      return shape.hasKeys() || side == Side.QUERY && part == Part.GRADIENT;
    }
  }

  /** How much of a series an input has. */
  record Size(Series series, int rows, int tokens) {}

  /**
   * A series of an input in the part file.
   *
   * @param row its first row in the tensors by position of its series
   * @param number its number in the series within the shard: its row in the tensors of whole
   *     inputs, and the end of the names of tensors of its own
   */
  record Item(Size size, int row, int number, long offset) {
    Series series() {
      return size.series;
    }
  }

  /**
   * A series of an input that is to be written.
   *
   * @param values gives what was kept of a point, by its number in the specification
   */
  record Source(Size size, IntFunction<float[]> values) {
    /** What becomes of one row of a batch. */
    static Source of(Series series, Capture capture, int row) {
      int tokens = capture.batch().sequences().get(row).length();
      return new Source(
          new Size(series, capture.rows(row), tokens), point -> capture.of(point, row));
    }

    Series series() {
      return size.series;
    }
  }

  private final Path folder;
  private final RecordingSpec spec;
  private final int number;
  private final FileChannel part;

  /** For each input its items. */
  private final List<List<Item>> inputs = new ArrayList<>();

  private final Map<Series, Integer> rows = new HashMap<>();
  private final Map<Series, Integer> counts = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long bytes;
  private long tensors;

  /** Opens shard {@code number}, whatever is in its part file. */
  OpenShard(Path folder, RecordingSpec spec, int number) throws IOException {
    this.folder = folder;
    this.spec = spec;
    this.number = number;
    this.part =
        FileChannel.open(
            partFile(folder, number),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  static Path partFile(Path folder, int number) {
    return folder.resolve(stem(number) + ".part");
  }

  static String fileName(int number) {
    return stem(number) + ".safetensors";
  }

  private static String stem(int number) {
    String digits = Integer.toString(number);
    return "shard-" + "0".repeat(Math.max(0, 5 - digits.length())) + digits;
  }

  /** The number of a shard's file, as {@link #fileName} gives it. */
  static int number(String fileName) {
    return Integer.parseInt(fileName.replaceAll("\\D", ""));
  }

  int number() {
    return number;
  }

  boolean isEmpty() {
    return inputs.isEmpty();
  }

  /** Whether an input of that size still belongs here. */
  boolean takes(List<Size> sizes) {
    long more = 0;
    long tensorsMore = 0;
    for (Size size : sizes) {
      more += spec.bytes(size.rows, size.tokens);
      tensorsMore += tensors(size);
    }
    return isEmpty() || bytes + more <= spec.shardBytes() && tensors + tensorsMore <= MOST_TENSORS;
  }

  /** How many tensors of its own it has. */
  private long tensors(Size size) {
    return spec.points().stream().filter(size.series::apart).count();
  }

  /** Notes an input whose bytes the part file has or will have. */
  List<Item> note(List<Size> sizes) {
    List<Item> items = new ArrayList<>();
    for (Size size : sizes) {
      int row = rows.getOrDefault(size.series, 0);
      int count = counts.getOrDefault(size.series, 0);
      items.add(new Item(size, row, count, bytes));
      rows.put(size.series, row + size.rows);
      counts.put(size.series, count + 1);
      bytes += spec.bytes(size.rows, size.tokens);
      tensors += tensors(size);
    }
    inputs.add(items);
    return items;
  }

  /** Drops the inputs whose bytes are not all in the part file, and bytes of no input. */
  int dropIncomplete() throws IOException {
    int dropped = 0;
    while (bytes > part.size()) {
      for (Item item : inputs.removeLast().reversed()) {
        rows.put(item.series(), item.row);
        counts.put(item.series(), item.number);
        bytes = item.offset;
        tensors -= tensors(item.size);
      }
      dropped++;
    }
    part.truncate(bytes);
    return dropped;
  }

  /**
   * Writes an input.
   *
   * @param sources its series
   * @param overflows told the tensors where a finite number became infinite in fp16, and how many
   * @return where each series is
   */
  List<Item> append(List<Source> sources, BiConsumer<String, Long> overflows) throws IOException {
    List<Item> items = note(sources.stream().map(Source::size).toList());
    part.position(items.getFirst().offset);
    buffer.clear();
    for (Source source : sources) {
      for (int point = 0; point < spec.points().size(); point++) {
        long infinite = 0;
        for (float value : source.values.apply(point)) {
          if (buffer.remaining() < Float.BYTES) {
            flush();
          }
          infinite += put(value) ? 1 : 0;
        }
        if (infinite > 0) {
          String name = spec.points().get(point).point() + source.series().part.ending();
          overflows.accept(name, infinite);
        }
      }
    }
    flush();
    return items;
  }

  /** Puts a number into the buffer; true if it was finite and is no more. */
  private boolean put(float value) {
    if (!spec.half()) {
      buffer.putFloat(value);
      return false;
    }
    short bits = Float.floatToFloat16(value);
    buffer.putShort(bits);
    return Float.isInfinite(Float.float16ToFloat(bits)) && Float.isFinite(value);
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      part.write(buffer);
    }
    buffer.clear();
  }

  /** Leaves no file behind. */
  void discard() throws IOException {
    part.close();
    Files.delete(partFile(folder, number));
  }

  /** Puts the final file together; the part file goes only when that is done. */
  ShardFile finish() throws IOException {
    Path target = folder.resolve(fileName(number));
    Path temporary = folder.resolve(fileName(number) + ".part");
    HashingFile out = new HashingFile(temporary);
    try (out) {
      Layout layout = layout();
      out.write(ByteBuffer.wrap(SafetensorsHeader.bytes(METADATA, spec.half(), layout.tensors)));
      for (Slice slice : layout.slices) {
        copy(slice, out);
      }
      out.force();
    }
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    discard();
    return new ShardFile(fileName(number), out.bytes(), out.sha256());
  }

  /** Bytes of the part file. */
  private record Slice(long offset, long length) {}

  /** The final file's tensors, and where their bytes are now, in the same order. */
  private record Layout(List<SafetensorsHeader.Tensor> tensors, List<Slice> slices) {}

  private Layout layout() {
    Layout layout = new Layout(new ArrayList<>(), new ArrayList<>());
    for (Side side : Side.values()) {
      for (Part each : Part.values()) {
        Series series = new Series(side, each);
        List<Item> members =
            inputs.stream().flatMap(List::stream).filter(i -> i.series().equals(series)).toList();
        for (int point = 0; point < spec.points().size() && !members.isEmpty(); point++) {
          lay(series, point, members, layout);
        }
      }
    }
    return layout;
  }

  private void lay(Series series, int point, List<Item> members, Layout layout) {
    PointShape shape = spec.points().get(point);
    boolean apart = series.apart(shape);
    long total = 0;
    for (Item item : members) {
      int kept = shape.rows(item.size.rows);
      long length = kept * shape.perRow(item.size.tokens) * spec.width();
      layout.slices.add(new Slice(item.offset + offset(point, item.size), length));
      total += kept;
      if (apart && kept > 0) {
        String name = TensorNames.of(series.side, shape.point(), series.part, item.number);
        layout.tensors.add(new SafetensorsHeader.Tensor(name, shape.shape(kept, item.size.tokens)));
      }
    }
    if (!apart && total > 0) {
      String name = TensorNames.of(series.side, shape.point(), series.part);
      layout.tensors.add(new SafetensorsHeader.Tensor(name, shape.shape(total, 0)));
    }
  }

  /** Where a point's bytes begin within an item's. */
  private long offset(int point, Size size) {
    long offset = 0;
    for (PointShape before : spec.points().subList(0, point)) {
      offset += before.rows(size.rows) * before.perRow(size.tokens) * spec.width();
    }
    return offset;
  }

  private void copy(Slice slice, HashingFile out) throws IOException {
    long end = slice.offset + slice.length;
    for (long at = slice.offset; at < end; ) {
      buffer.clear().limit((int) Math.min(BUFFER, end - at));
      int read = part.read(buffer, at);
      if (read < 0) {
        throw new IOException(partFile(folder, number) + ": is cut short at byte " + at);
      }
      at += read;
      out.write(buffer.flip());
    }
  }

  @Override
  public void close() throws IOException {
    part.close();
  }
}
