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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

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

  /**
   * An input in the part file.
   *
   * @param row its first row in the tensors by position of its side
   * @param number its number among the shard's inputs of its side: its row in the tensors of whole
   *     inputs, and the end of the names of its tensors by key
   */
  record Item(Side side, int row, int number, int rows, int tokens, long offset) {}

  private final Path folder;
  private final RecordingSpec spec;
  private final int number;
  private final FileChannel part;
  private final List<Item> items = new ArrayList<>();
  private final Map<Side, Integer> rows = new EnumMap<>(Side.class);
  private final Map<Side, Integer> counts = new EnumMap<>(Side.class);
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final int keyPoints;
  private long bytes;

  /** Opens shard {@code number}, whatever is in its part file. */
  OpenShard(Path folder, RecordingSpec spec, int number) throws IOException {
    this.folder = folder;
    this.spec = spec;
    this.number = number;
    this.keyPoints = (int) spec.points().stream().filter(PointShape::hasKeys).count();
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
    return items.isEmpty();
  }

  /** Whether an input of that size still belongs here. */
  boolean takes(int keptRows, int tokens) {
    return isEmpty()
        || (bytes + spec.bytes(keptRows, tokens) <= spec.shardBytes()
            && (items.size() + 1L) * keyPoints <= MOST_TENSORS);
  }

  /** Notes an input whose bytes the part file has or will have. */
  Item note(Side side, int keptRows, int tokens) {
    int row = rows.getOrDefault(side, 0);
    int count = counts.getOrDefault(side, 0);
    Item item = new Item(side, row, count, keptRows, tokens, bytes);
    items.add(item);
    rows.put(side, row + keptRows);
    counts.put(side, count + 1);
    bytes += spec.bytes(keptRows, tokens);
    return item;
  }

  /** Drops the inputs whose bytes are not all in the part file, and bytes of no input. */
  int dropIncomplete() throws IOException {
    int dropped = 0;
    while (bytes > part.size()) {
      Item last = items.removeLast();
      rows.put(last.side, last.row);
      counts.put(last.side, last.number);
      bytes = last.offset;
      dropped++;
    }
    part.truncate(bytes);
    return dropped;
  }

  /**
   * Writes one row of a batch.
   *
   * @param overflows told the points where a finite number became infinite in fp16, and how many
   */
  Item append(Capture capture, int batchRow, BiConsumer<PointShape, Long> overflows)
      throws IOException {
    int tokens = capture.batch().sequences().get(batchRow).length();
    Item item = note(capture.batch().side(), capture.rows(batchRow), tokens);
    part.position(item.offset);
    buffer.clear();
    for (int point = 0; point < spec.points().size(); point++) {
      long infinite = 0;
      for (float value : capture.of(point, batchRow)) {
        if (buffer.remaining() < Float.BYTES) {
          flush();
        }
        infinite += put(value) ? 1 : 0;
      }
      if (infinite > 0) {
        overflows.accept(spec.points().get(point), infinite);
      }
    }
    flush();
    return item;
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
      List<Item> members = items.stream().filter(item -> item.side == side).toList();
      for (int point = 0; point < spec.points().size() && !members.isEmpty(); point++) {
        lay(side, point, members, layout);
      }
    }
    return layout;
  }

  private void lay(Side side, int point, List<Item> members, Layout layout) {
    PointShape shape = spec.points().get(point);
    String name = TensorNames.of(side, shape.point());
    long total = 0;
    for (Item item : members) {
      int kept = shape.rows(item.rows);
      long length = kept * shape.perRow(item.tokens) * spec.width();
      layout.slices.add(new Slice(item.offset + offset(point, item), length));
      total += kept;
      if (shape.hasKeys() && kept > 0) {
        layout.tensors.add(
            new SafetensorsHeader.Tensor(
                TensorNames.of(side, shape.point(), item.number), shape.shape(kept, item.tokens)));
      }
    }
    if (!shape.hasKeys() && total > 0) {
      layout.tensors.add(new SafetensorsHeader.Tensor(name, shape.shape(total, 0)));
    }
  }

  /** Where a point's bytes begin within an input's. */
  private long offset(int point, Item item) {
    long offset = 0;
    for (PointShape before : spec.points().subList(0, point)) {
      offset += before.rows(item.rows) * before.perRow(item.tokens) * spec.width();
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
