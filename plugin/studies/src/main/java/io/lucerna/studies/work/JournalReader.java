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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a journal, also one that another process is writing: it takes no lock and changes nothing.
 * In memory are the items' ids and where their lines are. Not thread-safe.
 *
 * @param <T> the outcome of an item
 */
public sealed class JournalReader<T> implements Outcomes<T>, Closeable permits Journal {
  /** The version of journals that this program writes and reads. */
  public static final int VERSION = 1;

  static final ObjectMapper MAPPER = new ObjectMapper();

  /** The file of a folder's work, unless another is named. */
  static final String FILE = "journal.jsonl";

  static final String JOURNAL = "journal";
  static final String OUTCOMES = "outcomes";
  static final String OUTCOMES_VERSION = "version";
  static final String SETTINGS = "settings";
  private static final int BUFFER = 1 << 16;

  /** Where a line is, without its end. */
  private record Line(long from, int length) {}

  final Path path;
  FileChannel channel;
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
   * @param folder of the work
   * @param codec how its outcomes are written
   * @param <T> the outcome of an item
   * @return the journal, which the caller closes
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws StudyException if it is of another version or of other outcomes, or damaged
   * @throws IOException if it cannot be read
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
   * {@return what the outcomes of a folder's journal are, as {@link ItemCodec#outcomes} says it;
   * empty if no journal says so}
   *
   * @param folder of any work
   * @throws IOException if its journal cannot be read
   */
  public static Optional<String> outcomes(Path folder) throws IOException {
    if (!Journal.isIn(folder)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.READ)) {
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
      Optional<byte[]> first = line(in);
      return (first.isEmpty() ? Optional.<JsonNode>empty() : parse(first.get()))
          .map(line -> line.path(OUTCOMES).asText())
          .filter(outcomes -> !outcomes.isEmpty());
    }
  }

  /**
   * Takes up what was written since. A last line that is not whole is left for the next time.
   *
   * @throws StudyException if the journal is of another version or of other outcomes, another line
   *     is not JSON, or an item has two outcomes
   * @throws IOException if it cannot be read
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

  /** The first line, with its end. */
  final byte[] first() throws IOException {
    channel.position(0);
    byte[] line =
        line(new BufferedInputStream(Channels.newInputStream(channel), BUFFER)).orElseThrow();
    byte[] whole = Arrays.copyOf(line, line.length + 1);
    whole[line.length] = '\n';
    return whole;
  }

  /** Reads the journal that another file has under the name of this one. */
  final void reopen(FileChannel other) throws IOException {
    channel.close();
    channel = other;
    lines.clear();
    shared = MissingNode.getInstance();
    end = 0;
    count = 0;
    refresh();
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

  private void take(JsonNode line, int length) throws IOException {
    if (count == 0) {
      requireKnown(line);
      settings = line.path(SETTINGS);
    } else if (line.has(codec.key())) {
      String item = line.path(codec.key()).asText();
      Line own = new Line(end, length);
      Line before = lines.put(item, own);
      if (before != null && !Arrays.equals(bytes(before), bytes(own))) {
        throw new StudyException(
            path + ": has two outcomes of " + codec.key() + " " + item + "; remove a line");
      }
    } else {
      shared = line;
    }
    count++;
  }

  private void requireKnown(JsonNode first) {
    requireVersion(first.path(JOURNAL), "is a journal", VERSION);
    String outcomes = first.path(OUTCOMES).asText();
    if (!outcomes.equals(codec.outcomes())) {
      throw new StudyException(
          path + ": holds " + outcomes + ", not " + codec.outcomes() + "; give another folder");
    }
    requireVersion(first.path(OUTCOMES_VERSION), "holds " + outcomes, codec.version());
  }

  private void requireVersion(JsonNode there, String what, int known) {
    if (there.asInt() != known) {
      throw new StudyException(
          String.format(
              Locale.ROOT,
              "%s: %s of version %s, this program reads version %d; use the program that made it,"
                  + " or give another folder",
              path,
              what,
              there.asText("none"),
              known));
    }
  }

  /** {@return what decides the outcomes; a missing node if nothing is written yet} */
  public final JsonNode settings() {
    return settings;
  }

  /** {@return what all outcomes have in common; a missing node if nothing} */
  public final JsonNode shared() {
    return shared;
  }

  /** {@return the ids of the items that are done, in the order in which they were done} */
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
    return decode(item, bytes(item));
  }

  private byte[] bytes(String item) throws IOException {
    Line line = lines.get(item);
    if (line == null) {
      throw new IllegalArgumentException(codec.key() + " " + item + " is not done");
    }
    return bytes(line);
  }

  private byte[] bytes(Line line) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(line.length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, line.from + bytes.position()) < 0) {
        throw new EOFException(path + ": was cut off while it was read");
      }
    }
    return bytes.array();
  }

  private T decode(String item, byte[] line) throws IOException {
    try {
      return codec.read(MAPPER.readTree(line), shared);
    } catch (IllegalArgumentException e) {
      throw damaged(item, String.valueOf(e.getMessage()));
    }
  }

  /**
   * {@return the outcome of an item as it stands here}
   *
   * @param item its id
   * @throws IllegalArgumentException if it is not done
   * @throws StudyException if its line is damaged
   * @throws IOException if it cannot be read
   */
  public final Encoded encoded(String item) throws IOException {
    byte[] line = bytes(item);
    String own = codec.shared(decode(item, line)).map(JsonNode::toString).orElse("");
    return new Encoded(item, own, new String(line, StandardCharsets.UTF_8));
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
