package io.lucerna.instrumentation.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Writes a recording as a stream: memory holds one batch of activations, whatever the number of
 * inputs.
 *
 * <p>The folder can be resumed after the process ended in any way, and comes out the same byte for
 * byte: the index is the journal. An input's activations are in the part file of its shard before
 * its line is in the index, and only whole lines count. The manifest comes last.
 *
 * <p>Not thread-safe; a second writer for the same folder is refused.
 */
public final class RecordingWriter implements AutoCloseable {
  /** The name under which a recording's head has the command line. */
  public static final String COMMAND = RecordingFolder.COMMAND;

  /**
   * What an input belongs to.
   *
   * @param qid the topic
   * @param pair the pair; empty for a query that is read alone, for all of its topic's pairs
   */
  public record Entry(String qid, Optional<Pair> pair) {}

  /**
   * A pair of query and passage.
   *
   * @param id unique in the recording
   * @param docid the passage
   * @param score its score for the topic
   * @param grade the document's grade for the topic; empty if it is not judged
   */
  public record Pair(String id, String docid, float score, OptionalInt grade) {}

  private final RecordingFolder folder;
  private final FolderLock lock;
  private final RecordingSpec spec;
  private final ObjectNode head;
  private final FileChannel index;
  private final List<ShardFile> shards;
  private final Map<String, Long> overflows;
  private OpenShard shard;
  private long inputs;

  private RecordingWriter(
      RecordingFolder folder,
      FolderLock lock,
      RecordingSpec spec,
      ObjectNode head,
      FileChannel index,
      Journal.State state) {
    this.folder = folder;
    this.lock = lock;
    this.spec = spec;
    this.head = head;
    this.index = index;
    this.shards = new ArrayList<>(state.finished());
    this.overflows = new LinkedHashMap<>(state.overflows());
    this.shard = state.open();
    this.inputs = state.inputs();
  }

  /**
   * Begins a recording, or resumes one.
   *
   * @param path the folder; it is made if it does not exist
   * @param head what decides the recording besides the specification: model, data, versions; and
   *     the command line under {@code command}, the only entry that may differ when it is resumed
   * @param spec what is recorded of each input, and how it is written
   * @param resume whether to resume what the folder holds; without, it must not exist
   * @return empty if the folder holds the whole recording already
   * @throws RecordingException if the folder exists and must not, holds something else, or another
   *     recording
   * @throws FolderLock.HeldException if somebody records into it; the message says who
   * @throws IOException if the folder cannot be made, read or written
   */
  public static Optional<RecordingWriter> open(
      Path path, Map<String, ?> head, RecordingSpec spec, boolean resume) throws IOException {
    ObjectNode wanted = Manifest.head(head, spec);
    if (!resume) {
      requireAbsent(path);
    }
    FolderLock lock = FolderLock.take(path, command(head));
    boolean opened = false;
    try {
      Optional<RecordingWriter> writer = open(lock, wanted, spec, resume);
      opened = writer.isPresent();
      return writer;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  private static String command(Map<String, ?> head) {
    Object command = head.get(COMMAND);
    return command instanceof List<?> words
        ? String.join(" ", words.stream().map(String::valueOf).toList())
        : command == null ? "recording" : command.toString();
  }

  static Optional<RecordingWriter> open(
      FolderLock lock, ObjectNode wanted, RecordingSpec spec, boolean resume) throws IOException {
    RecordingFolder folder = new RecordingFolder(lock.path());
    // Another process may have come and gone since.
    if (!resume && !folder.untouched()) {
      throw there(folder);
    }
    if (Files.exists(folder.manifest())) {
      RecordingFolder.requireSame(
          folder.manifest(), RecordingFolder.read(folder.manifest()), wanted);
      Files.deleteIfExists(folder.unfinished());
      return Optional.empty();
    }
    if (Files.exists(folder.unfinished())) {
      ObjectNode begun = RecordingFolder.read(folder.unfinished());
      RecordingFolder.requireSame(folder.unfinished(), begun, wanted);
      return Optional.of(restore(folder, lock, spec, begun));
    }
    if (!folder.untouched()) {
      throw new RecordingException(
          folder.path() + ": holds other files and no recording to resume");
    }
    folder.write(folder.unfinished(), wanted);
    return Optional.of(restore(folder, lock, spec, wanted));
  }

  /**
   * Checks that a folder does not exist.
   *
   * @param path the folder
   * @throws RecordingException if it does, saying what can be done
   * @throws FolderLock.HeldException if somebody records into it; the message says who
   * @throws IOException if that cannot be found out
   */
  public static void requireAbsent(Path path) throws IOException {
    if (Files.exists(path.resolve(FolderLock.FILE))) {
      FolderLock.take(path, "record").close();
    }
    if (Files.exists(path)) {
      throw there(new RecordingFolder(path));
    }
  }

  private static RecordingException there(RecordingFolder folder) {
    return new RecordingException(
        folder.path()
            + (Files.exists(folder.unfinished()) && !Files.exists(folder.manifest())
                ? ": holds an unfinished recording; resume it with -resume"
                : ": exists already; record into a new folder"));
  }

  private static RecordingWriter restore(
      RecordingFolder folder, FolderLock lock, RecordingSpec spec, ObjectNode head)
      throws IOException {
    FileChannel index =
        FileChannel.open(
            folder.index(),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    boolean opened = false;
    try {
      Journal.State state = Journal.restore(folder, spec, index);
      opened = true;
      return new RecordingWriter(folder, lock, spec, head, index, state);
    } finally {
      if (!opened) {
        index.close();
      }
    }
  }

  /** {@return how many inputs are recorded; in a recording that is resumed, those of before too} */
  public long inputs() {
    return inputs;
  }

  /** {@return whether gradients are recorded with the activations of passages and pairs} */
  public boolean gradients() {
    return spec.gradients();
  }

  /**
   * {@return what keeps the wanted activations of a batch while it goes through the network}
   *
   * @param batch the batch that the returned hooks' forward call reads
   */
  public Capture capture(TokenBatch batch) {
    return new Capture(spec.points(), spec.kept(), batch);
  }

  /**
   * Records one row of a batch that has been through the network.
   *
   * @param capture a batch whose forward call was made with the hooks of this capture
   * @param row the row of the batch, from 0
   * @param entry what the row's text belongs to
   * @throws IOException naming the folder if it cannot be written; what was recorded before is kept
   */
  public void add(Capture capture, int row, Entry entry) throws IOException {
    add(
        List.of(source(capture.batch().side(), Part.ACTIVATION, capture, row)),
        (place, number, infinite) ->
            IndexLine.of(entry, capture, row, place, Optional.empty(), number, infinite));
  }

  /**
   * The gradients of a batch's scores.
   *
   * @param own by what the texts of the batch have
   * @param query by what the query that is read alone has, one copy for each text; empty for pairs
   */
  public record Gradients(Capture own, Optional<Capture> query) {}

  /**
   * Records one row of a batch that has been through the network and back.
   *
   * @param capture a batch whose forward call was made with the hooks of this capture
   * @param gradients those of its scores
   * @param row the row of the batch, from 0
   * @param entry what the row's text belongs to
   * @throws IOException naming the folder if it cannot be written; what was recorded before is kept
   */
  public void add(Capture capture, Gradients gradients, int row, Entry entry) throws IOException {
    Side side = capture.batch().side();
    List<OpenShard.Source> sources = new ArrayList<>();
    sources.add(source(side, Part.ACTIVATION, capture, row));
    sources.add(source(side, Part.GRADIENT, gradients.own, row));
    gradients.query.ifPresent(query -> sources.add(source(Side.QUERY, Part.GRADIENT, query, row)));
    add(
        sources,
        (place, number, infinite) ->
            IndexLine.of(entry, capture, row, place, gradients.query, number, infinite));
  }

  private static OpenShard.Source source(Side side, Part part, Capture capture, int row) {
    return OpenShard.Source.of(new OpenShard.Series(side, part), capture, row);
  }

  /** Makes the line of an input. */
  @FunctionalInterface
  interface Line {
    /**
     * The line, with its line end.
     *
     * @param place where the input's activations are
     * @param number of the file that they are in
     * @param infinite how many numbers became infinite, by tensor
     */
    byte[] at(OpenShard.Item place, int number, Map<String, Long> infinite) throws IOException;
  }

  /** Records an input. */
  void add(List<OpenShard.Source> sources, Line maker) throws IOException {
    try {
      if (!shard.takes(sources.stream().map(OpenShard.Source::size).toList())) {
        int next = shard.number() + 1;
        shards.add(shard.finish());
        shard = new OpenShard(folder.path(), spec, next);
      }
      Map<String, Long> infinite = new LinkedHashMap<>();
      List<OpenShard.Item> places = shard.append(sources, infinite::put);
      byte[] line = maker.at(places.getFirst(), shard.number(), infinite);
      RecordingFolder.writeAll(index, ByteBuffer.wrap(line));
      lock.check();
      infinite.forEach((tensor, count) -> overflows.merge(tensor, count, Long::sum));
      inputs++;
    } catch (IOException e) {
      throw named(e);
    }
  }

  /**
   * Completes the recording.
   *
   * @param counts what the manifest says about the inputs
   * @return what was written
   * @throws IOException naming the folder if it cannot be written
   */
  public Written finish(Map<String, ?> counts) throws IOException {
    try {
      lock.check();
      if (shard.isEmpty()) {
        shard.discard();
      } else {
        shards.add(shard.finish());
      }
      index.force(true);
      Map<String, Long> ordered = new LinkedHashMap<>();
      for (Part part : Part.values()) {
        for (PointShape point : spec.points()) {
          String tensor = point.point() + part.ending();
          Long count = overflows.get(tensor);
          if (count != null) {
            ordered.put(tensor, count);
          }
        }
      }
      ShardFile lines = HashingFile.identify(folder.index());
      folder.write(folder.manifest(), Manifest.whole(head, counts, ordered, lines, shards));
      Files.delete(folder.unfinished());
      return new Written(
          shards.size(), shards.stream().mapToLong(ShardFile::bytes).sum(), Map.copyOf(ordered));
    } catch (IOException e) {
      throw named(e);
    }
  }

  /**
   * What a finished recording has.
   *
   * @param shards how many files of activations
   * @param bytes their size in all
   * @param overflows how many finite numbers became infinite in fp16, by point; only points where
   *     any did
   */
  public record Written(int shards, long bytes, Map<String, Long> overflows) {}

  /** A full disk does not name the file. */
  private IOException named(IOException e) {
    return e instanceof FileSystemException
        ? e
        : new IOException(
            "cannot write to "
                + folder.path()
                + ": "
                + e.getMessage()
                + "; what is recorded so far is kept and can be resumed",
            e);
  }

  /** Leaves the folder as it is, to be resumed if it is not finished. */
  @Override
  public void close() throws IOException {
    try (lock;
        index) {
      shard.close();
    }
  }
}
