package io.lucerna.studies.patch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.SweepKind;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.StudyException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of the pairs that are done, one line each, forced to disk before the next pair
 * begins: whatever ends the program costs at most the pair in work. The first line holds the
 * settings; the axes stand in a line before the first pair that was swept. A last line that was
 * torn is dropped when the journal is opened again. In memory are only the pairs' ids and where
 * their lines are.
 */
public final class Journal implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final byte NEWLINE = '\n';

  private static final String FILE = "journal.jsonl";

  private final Path path;
  private final RandomAccessFile file;
  private final FolderLock lock;
  private final SweepKind kind;
  private final Map<String, Long> offsets = new LinkedHashMap<>();
  private @Nullable List<Axis> axes;

  private Journal(Path path, RandomAccessFile file, FolderLock lock, SweepKind kind) {
    this.path = path;
    this.file = file;
    this.lock = lock;
    this.kind = kind;
  }

  /** Whether a folder holds a journal. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * Opens a journal: a new one, or the one that is there if it was made with the same settings.
   *
   * @param lock of the folder
   * @param settings what decides the outcomes
   * @throws StudyException if it was made with others, or is damaged
   */
  public static Journal open(FolderLock lock, SweepKind kind, JournalSettings settings)
      throws IOException {
    Path path = lock.path().resolve(FILE);
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      Journal journal = new Journal(path, file, lock, kind);
      journal.load(settings);
      return journal;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void load(JournalSettings settings) throws IOException {
    long from = 0;
    int number = 0;
    try (LineReader lines = new LineReader(path)) {
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        number++;
        Optional<JsonNode> node = parse(line.orElseThrow());
        if (node.isEmpty() && lines.atEnd()) {
          break;
        }
        take(node.orElseThrow(damaged(number)), number, from, settings);
        from = lines.position();
      }
    }
    file.setLength(from);
    file.seek(from);
    if (from == 0) {
      append(MAPPER.writeValueAsString(Map.of("settings", settings.json())) + "\n");
    }
  }

  private void take(JsonNode line, int number, long from, JournalSettings settings)
      throws IOException {
    if (number == 1) {
      settings.requireSame(path, line.path("settings"));
    } else if (line.has("axes")) {
      axes = JournalCodec.axes(line);
    } else {
      offsets.put(line.path("pair").asText(), from);
    }
  }

  private static Optional<JsonNode> parse(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      return node.isObject() ? Optional.of(node) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private Supplier<StudyException> damaged(int line) {
    return () -> new StudyException(path + ": line " + line + " is not JSON; give another folder");
  }

  /** The ids of the pairs that are done, in the order in which they were done. */
  public List<String> done() {
    return List.copyOf(offsets.keySet());
  }

  /** Whether a pair is done. */
  public boolean has(String pair) {
    return offsets.containsKey(pair);
  }

  /** The axes of all outcomes, that of positions without labels; empty if no pair was swept. */
  public Optional<List<Axis>> axes() {
    return Optional.ofNullable(axes);
  }

  /** Appends an outcome; returns when it is on disk. */
  public void append(String pair, PairOutcome outcome) throws IOException {
    StringBuilder lines = new StringBuilder();
    if (outcome instanceof PairOutcome.Swept swept) {
      List<Axis> own = JournalCodec.withoutPositions(swept);
      if (axes == null) {
        lines.append(JournalCodec.print(own)).append('\n');
        axes = own;
      } else if (!axes.equals(own)) {
        throw new IllegalStateException("pair " + pair + " has axes " + own + ", not " + axes);
      }
    }
    long line = file.length() + lines.toString().getBytes(StandardCharsets.UTF_8).length;
    append(lines.append(JournalCodec.print(pair, outcome)).append('\n').toString());
    offsets.put(pair, line);
  }

  private void append(String lines) throws IOException {
    lock.check();
    FileChannel channel = file.getChannel();
    channel.position(channel.size());
    ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  /** Reads the outcome of a pair that is done. */
  public PairOutcome read(String pair) throws IOException {
    Long offset = offsets.get(pair);
    if (offset == null) {
      throw new IllegalArgumentException("pair " + pair + " is not done");
    }
    List<Axis> known = axes == null ? List.of() : axes;
    try (LineReader lines = new LineReader(path, offset)) {
      JsonNode line = lines.next().flatMap(Journal::parse).orElseThrow();
      return JournalCodec.outcome(line, kind, known);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Lines of a file with their places in bytes; a last line without an end is none. */
  private static final class LineReader implements AutoCloseable {
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private long position;

    LineReader(Path path) throws IOException {
      this(path, 0);
    }

    LineReader(Path path, long from) throws IOException {
      channel = FileChannel.open(path);
      channel.position(from);
      position = from;
      buffer.flip();
    }

    Optional<String> next() throws IOException {
      List<byte[]> parts = new ArrayList<>();
      int length = 0;
      while (true) {
        int start = buffer.position();
        int end = start;
        while (end < buffer.limit() && buffer.get(end) != NEWLINE) {
          end++;
        }
        byte[] part = new byte[end - start];
        buffer.get(part);
        parts.add(part);
        length += part.length;
        if (buffer.hasRemaining()) {
          buffer.get();
          position += length + 1L;
          return Optional.of(join(parts, length));
        }
        buffer.clear();
        int read = channel.read(buffer);
        buffer.flip();
        if (read < 0) {
          return Optional.empty();
        }
      }
    }

    private static String join(List<byte[]> parts, int length) {
      ByteBuffer all = ByteBuffer.allocate(length);
      parts.forEach(all::put);
      return new String(all.array(), StandardCharsets.UTF_8);
    }

    /** Where the next line begins. */
    long position() {
      return position;
    }

    boolean atEnd() throws IOException {
      return position >= channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
