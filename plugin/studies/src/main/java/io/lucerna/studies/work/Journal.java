package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.FolderLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * The outcomes of the items that are done, one line each, forced to disk before the next item
 * begins: whatever ends the program costs at most the item in work. The first line holds what
 * decides the outcomes; a journal that was made with anything else is refused. When it is opened
 * again, a last line that is torn or broken is dropped, and its item is done again.
 *
 * @param <T> the outcome of an item
 */
public final class Journal<T> extends JournalReader<T> implements Outcomes.Store<T> {
  private final FolderLock lock;

  private Journal(Path path, FileChannel channel, ItemCodec<T> codec, FolderLock lock) {
    super(path, channel, codec);
    this.lock = lock;
  }

  /** Whether a folder holds a journal. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * Opens a journal: a new one, or the one that is there if it was made with the same settings.
   *
   * @param lock of the folder; closing it stays the caller's
   * @throws StudyException if it was made with others, or is damaged
   */
  public static <T> Journal<T> open(FolderLock lock, JournalSettings settings, ItemCodec<T> codec)
      throws IOException {
    return open(lock, FILE, settings, codec);
  }

  /**
   * Opens a journal of work that precedes that of the folder.
   *
   * @param file its name
   * @throws StudyException as the other {@code open} does
   */
  public static <T> Journal<T> open(
      FolderLock lock, String file, JournalSettings settings, ItemCodec<T> codec)
      throws IOException {
    Path path = lock.path().resolve(file);
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Journal<T> journal = new Journal<>(path, channel, codec, lock);
      journal.begin(settings);
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void begin(JournalSettings decisive) throws IOException {
    refresh();
    if (end() > 0) {
      decisive.requireSame(path, settings());
    }
    channel.truncate(end());
    if (end() == 0) {
      write(MAPPER.writeValueAsString(Map.of("settings", decisive.json())) + "\n");
    }
  }

  /**
   * Appends the outcome of an item; returns when it is on disk.
   *
   * @throws IllegalStateException if what it shares with the others differs from theirs
   */
  @Override
  public void append(String item, T outcome) throws IOException {
    StringBuilder lines = new StringBuilder();
    Optional<ObjectNode> own = codec.shared(outcome);
    if (own.isPresent()) {
      String line = MAPPER.writeValueAsString(own.get());
      if (shared().isMissingNode()) {
        lines.append(line).append('\n');
      } else if (!MAPPER.readTree(line).equals(shared())) {
        throw new IllegalStateException(item + " has " + line + ", not " + shared());
      }
    }
    ObjectNode line = MAPPER.createObjectNode().put(codec.key(), item);
    codec.write(outcome, line);
    write(lines.append(MAPPER.writeValueAsString(line)).append('\n').toString());
  }

  private void write(String lines) throws IOException {
    lock.check();
    channel.position(end());
    ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
    refresh();
  }
}
