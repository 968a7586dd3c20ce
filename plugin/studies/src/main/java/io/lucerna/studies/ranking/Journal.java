package io.lucerna.studies.ranking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.intervene.Touched;
import io.lucerna.reranker.ConditionScores;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.StudyException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The outcomes of the items that are done, a line each, forced to disk before the next item begins:
 * whatever ends the program costs at most the item in work. The first line holds what decides the
 * outcomes. A last line that was torn is dropped. In memory is where the lines are.
 */
final class Journal implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Where a line stands, without its end. */
  private record Line(long from, int length) {}

  /**
   * The outcome of an item.
   *
   * @param scores for each condition
   * @param touched for each condition, how many texts each of its interventions changed
   */
  record Row(List<float[]> scores, List<long[]> touched) {}

  private static final String FILE = "journal.jsonl";

  private final Path path;
  private final RandomAccessFile file;
  private final FolderLock lock;
  private final Map<String, Line> lines = new HashMap<>();

  private Journal(Path path, RandomAccessFile file, FolderLock lock) {
    this.path = path;
    this.file = file;
    this.lock = lock;
  }

  /** Whether a folder holds a journal. */
  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * Opens a journal: a new one, or the one that is there if it was made with the same settings.
   *
   * @param lock of the folder
   * @throws StudyException if it was made with others, or is damaged
   */
  static Journal open(FolderLock lock, JournalSettings settings) throws IOException {
    Path path = lock.path().resolve(FILE);
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      Journal journal = new Journal(path, file, lock);
      journal.load(settings);
      return journal;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void load(JournalSettings settings) throws IOException {
    long end = 0;
    int number = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
      for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
        byte[] bytes = line.orElseThrow();
        number++;
        JsonNode node = parse(bytes, number);
        if (number == 1) {
          settings.requireSame(path, node.path("settings"));
        } else {
          lines.put(node.path("item").asText(), new Line(end, bytes.length));
        }
        end += bytes.length + 1L;
      }
    }
    file.setLength(end);
    if (end == 0) {
      append(MAPPER.writeValueAsString(Map.of("settings", settings.json())));
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

  private JsonNode parse(byte[] line, int number) throws IOException {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new StudyException(path + ": line " + number + " is not JSON; give another folder");
    }
  }

  /** Whether an item is done. */
  boolean has(String item) {
    return lines.containsKey(item);
  }

  /** Appends an outcome; returns when it is on disk. */
  void append(String item, ConditionScores outcome) throws IOException {
    ObjectNode line = MAPPER.createObjectNode().put("item", item);
    ArrayNode scores = line.putArray("scores");
    outcome.scores().forEach(own -> scores.add(bytes(own)));
    ArrayNode touched = line.putArray("touched");
    for (List<Touched> own : outcome.touched()) {
      ArrayNode counts = touched.addArray();
      own.forEach(one -> counts.add(one.touched()));
    }
    lines.put(item, append(MAPPER.writeValueAsString(line)));
  }

  private Line append(String text) throws IOException {
    lock.check();
    FileChannel channel = file.getChannel();
    long from = channel.size();
    channel.position(from);
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    channel.force(false);
    return new Line(from, bytes.length - 1);
  }

  /** Reads the outcome of an item that is done. */
  Row read(String item) throws IOException {
    Line line = lines.get(item);
    if (line == null) {
      throw new IllegalArgumentException("item " + item + " is not done");
    }
    byte[] bytes = new byte[line.length()];
    file.seek(line.from());
    file.readFully(bytes);
    JsonNode node = MAPPER.readTree(bytes);
    List<float[]> scores = new ArrayList<>();
    try {
      node.path("scores").forEach(own -> scores.add(floats(own.asText())));
    } catch (IllegalArgumentException e) {
      throw damaged(item, "its scores are not base64");
    }
    List<long[]> touched = new ArrayList<>();
    for (JsonNode own : node.path("touched")) {
      long[] counts = new long[own.size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = own.path(i).asLong();
      }
      touched.add(counts);
    }
    return new Row(scores, touched);
  }

  /** The complaint on an item whose line cannot have been written like this. */
  StudyException damaged(String item, String why) {
    return new StudyException(
        path + ": item " + item + " is damaged: " + why + "; remove its line and give -resume");
  }

  private static String bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static float[] floats(String base64) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
