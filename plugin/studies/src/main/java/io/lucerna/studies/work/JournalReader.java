package io.lucerna.studies.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a journal, also one that another process is writing: it takes no lock and changes nothing.
 * In memory are the items' ids and where their lines are. Not thread-safe.
 *
 * @param <T> the outcome of an item
 */
public sealed class JournalReader<T> implements Outcomes<T>, Closeable permits Journal {
  static final ObjectMapper MAPPER = new ObjectMapper();

  /** The file of a folder's work, unless another is named. */
  static final String FILE = "journal.jsonl";

  private static final String SETTINGS = "settings";
  private static final int BUFFER = 1 << 16;

  /** Where a line is, without its end. */
  private record Line(long from, int length) {}

  final Path path;
  final FileChannel channel;
  final ItemCodec<T> codec;
  private final Map<String, Line> lines = new LinkedHashMap<>();
  private JsonNode settings = MissingNode.getInstance();
  private JsonNode shared = MissingNode.getInstance();
  private long end;
  private int count;

  JournalReader(Path path, FileChannel channel, ItemCodec<T> codec) {
    this.path = path;
    this.channel = channel;
    this.codec = codec;
  }

  /**
   * Reads the journal of a folder as far as it has come.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws StudyException if it is damaged
   */
  public static <T> JournalReader<T> open(Path folder, ItemCodec<T> codec) throws IOException {
    Path path = folder.resolve(FILE);
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      JournalReader<T> reader = new JournalReader<>(path, channel, codec);
      reader.refresh();
      return reader;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Takes up what was written since. A last line that is not whole is left for the next time.
   *
   * @throws StudyException if another line is not JSON
   */
  public final void refresh() throws IOException {
    long size = channel.size();
    channel.position(end);
    // Not closed: it would close the channel.
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
    for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
      byte[] bytes = line.orElseThrow();
      long next = end + bytes.length + 1;
      Optional<JsonNode> node = parse(bytes);
      if (node.isEmpty()) {
        if (next >= size) {
          return;
        }
        throw new StudyException(
            path + ": line " + (count + 1) + " is not JSON; give another folder");
      }
      take(node.orElseThrow(), bytes.length);
      end = next;
    }
  }

  /** The next line; empty at the end, or where a line has no end. */
  private static Optional<byte[]> line(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return Optional.of(bytes.toByteArray());
      }
      bytes.write(b);
    }
    return Optional.empty();
  }

  private static Optional<JsonNode> parse(byte[] line) throws IOException {
    try {
      return Optional.of(MAPPER.readTree(line)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private void take(JsonNode line, int length) {
    if (count == 0) {
      settings = line.path(SETTINGS);
    } else if (line.has(codec.key())) {
      lines.put(line.path(codec.key()).asText(), new Line(end, length));
    } else {
      shared = line;
    }
    count++;
  }

  /** What decides the outcomes; a missing node if nothing is written yet. */
  public final JsonNode settings() {
    return settings;
  }

  /** What all outcomes have in common; a missing node if nothing. */
  public final JsonNode shared() {
    return shared;
  }

  /** The ids of the items that are done, in the order in which they were done. */
  public final List<String> done() {
    return List.copyOf(lines.keySet());
  }

  @Override
  public final boolean has(String item) {
    return lines.containsKey(item);
  }

  /**
   * Reads the outcome of an item.
   *
   * @throws IllegalArgumentException if it is not done
   * @throws StudyException if its line is damaged
   */
  @Override
  public final T read(String item) throws IOException {
    Line line = lines.get(item);
    if (line == null) {
      throw new IllegalArgumentException(codec.key() + " " + item + " is not done");
    }
    ByteBuffer bytes = ByteBuffer.allocate(line.length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, line.from + bytes.position()) < 0) {
        throw new EOFException(path + ": was cut off while it was read");
      }
    }
    try {
      return codec.read(MAPPER.readTree(bytes.array()), shared);
    } catch (IllegalArgumentException e) {
      throw damaged(item, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public final StudyException damaged(String item, String why) {
    return new StudyException(
        path
            + ": "
            + codec.key()
            + " "
            + item
            + " is damaged: "
            + why
            + "; remove its line and resume");
  }

  /** Where the last whole line ends. */
  final long end() {
    return end;
  }

  @Override
  public final void close() throws IOException {
    channel.close();
  }
}
