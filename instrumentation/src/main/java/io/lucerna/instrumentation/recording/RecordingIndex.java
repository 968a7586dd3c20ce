package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.NearestNames;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The index of a recording. Memory holds where each line is; lines are read when they are asked
 * for. Thread-safe but for {@link #refresh}.
 */
final class RecordingIndex implements Closeable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonFactory JSON = new JsonFactory();
  private static final int IDS_SHOWN = 3;

  /** Where a line is. */
  private record Place(String qid, long start, int length) {}

  private final Path file;

  /** No channel: an interrupt of one thread that reads would close it for all. */
  private final RandomAccessFile content;

  private final Map<String, Place> pairs = new LinkedHashMap<>();
  private final Map<String, Place> queries = new HashMap<>();
  private Side pairSide = Side.PAIR;

  /** Where the last complete line ends. */
  private long end;

  private RecordingIndex(Path file) throws IOException {
    this.file = file;
    // It says what is wrong; RandomAccessFile says of all it cannot open that it is not found.
    file.getFileSystem().provider().checkAccess(file, AccessMode.READ);
    this.content = new RandomAccessFile(file.toFile(), "r");
  }

  /** Reads through the lines that are complete. */
  static RecordingIndex open(Path file) throws IOException {
    RecordingIndex index = new RecordingIndex(file);
    boolean opened = false;
    try {
      index.refresh();
      opened = true;
      return index;
    } finally {
      if (!opened) {
        index.close();
      }
    }
  }

  /** Reads through the lines that came since; all, if the file was cut, as resuming does. */
  void refresh() throws IOException {
    if (content.length() < end) {
      pairs.clear();
      queries.clear();
      end = 0;
    }
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(end);
      LineReader lines = new LineReader(in);
      long from = end;
      for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
        add(line.get(), from + lines.start());
        end = from + lines.end();
      }
    }
  }

  /** Notes a line by its first fields: the side, the topic and, of a pair, the id. */
  private void add(byte[] line, long start) throws IOException {
    try (JsonParser parser = JSON.createParser(line)) {
      parser.nextToken();
      Side side = TensorNames.side(field(parser, IndexLine.SIDE));
      Place place = new Place(field(parser, IndexLine.QID), start, line.length);
      if (side == Side.QUERY) {
        queries.put(place.qid, place);
      } else {
        pairSide = side;
        pairs.put(field(parser, IndexLine.ID), place);
      }
    } catch (JsonProcessingException e) {
      throw broken(start, e);
    }
  }

  private RecordingException broken(long start, JsonProcessingException e) {
    return new RecordingException(
        file + ": the line from byte " + start + " on is broken: " + e.getOriginalMessage(), e);
  }

  private String field(JsonParser parser, String name) throws IOException {
    if (parser.nextToken() != JsonToken.FIELD_NAME
        || !name.equals(parser.currentName())
        || parser.nextToken() != JsonToken.VALUE_STRING) {
      throw new RecordingException(file + ": a line has no " + name + " at its place");
    }
    return parser.getText();
  }

  List<String> ids() {
    return List.copyOf(pairs.keySet());
  }

  /** Whether the recording has inputs of that side. */
  boolean has(Side side) {
    return side == Side.QUERY ? !queries.isEmpty() : side == pairSide && !pairs.isEmpty();
  }

  /**
   * The line of a pair's input.
   *
   * @throws IllegalArgumentException if there is none; the message names what there is
   */
  JsonNode line(String id, Side side) throws IOException {
    Place pair = pairs.get(id);
    if (pair == null) {
      throw new IllegalArgumentException(
          file
              + ": no pair '"
              + id
              + "' was recorded, among "
              + pairs.size()
              + "; nearest: "
              + String.join(", ", NearestNames.to(id, pairs.keySet(), IDS_SHOWN)));
    }
    if (!has(side)) {
      throw new IllegalArgumentException(
          file
              + ": no side "
              + TensorNames.of(side)
              + " was recorded; recorded: "
              + (queries.isEmpty() ? "" : "query, ")
              + TensorNames.of(pairSide));
    }
    Place place = side == Side.QUERY ? queries.get(pair.qid) : pair;
    if (place == null) {
      throw new RecordingException(file + ": the query of topic " + pair.qid + " is missing");
    }
    try {
      return MAPPER.readTree(read(place));
    } catch (JsonProcessingException e) {
      throw broken(place.start, e);
    }
  }

  private byte[] read(Place place) throws IOException {
    byte[] line = new byte[place.length];
    synchronized (content) {
      content.seek(place.start);
      try {
        content.readFully(line);
      } catch (EOFException e) {
        throw new RecordingException(file + ": is cut short", e);
      }
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
