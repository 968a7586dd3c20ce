package io.lucerna.studies.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The outcomes of the items that are done, one line each, forced to disk before the next item
 * begins: whatever ends the program costs at most the item in work. The first line holds the
 * versions and what decides the outcomes; a journal that was made with anything else is refused.
 * When it is opened again, a last line that is torn or broken is dropped, and its item is done
 * again.
 *
 * @param <T> the outcome of an item
 */
public final class Journal<T> extends JournalReader<T> implements Outcomes.Store<T> {
  /** How much text is written at once. */
  private static final int BLOCK = 1 << 20;

  private final FolderLock lock;

  private Journal(Path path, FileChannel channel, ItemCodec<T> codec, FolderLock lock) {
    super(path, channel, codec);
    this.lock = lock;
  }

  /**
   * {@return whether a folder holds a journal}
   *
   * @param folder a folder, which need not exist
   */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * Opens a journal: a new one, or the one that is there if it was made with the same settings.
   *
   * @param lock of the folder; closing it stays the caller's
   * @param settings what decides the outcomes
   * @param codec how outcomes are written
   * @param <T> the outcome of an item
   * @return the journal, which the caller closes
   * @throws StudyException if it was made with others, or is damaged
   * @throws IOException if it cannot be read or written
   */
  @Internal
  public static <T> Journal<T> open(FolderLock lock, JournalSettings settings, ItemCodec<T> codec)
      throws IOException {
    return open(lock, FILE, settings, codec);
  }

  /**
   * Opens a journal of work that precedes that of the folder.
   *
   * @param lock of the folder; closing it stays the caller's
   * @param file its name
   * @param settings what decides the outcomes
   * @param codec how outcomes are written
   * @param <T> the outcome of an item
   * @return the journal, which the caller closes
   * @throws StudyException as the other {@code open} does
   * @throws IOException if it cannot be read or written
   */
  @Internal
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
      ObjectNode first = MAPPER.createObjectNode().put(JOURNAL, VERSION);
      first.put(OUTCOMES, codec.outcomes()).put(OUTCOMES_VERSION, codec.version());
      first.set(SETTINGS, decisive.json());
      write(MAPPER.writeValueAsString(first) + "\n", true);
    }
  }

  /**
   * Appends the outcome of an item; returns when it is on disk.
   *
   * @throws IllegalStateException if what it shares with the others differs from theirs
   */
  @Override
  public void append(String item, T outcome) throws IOException {
    append(Encoded.of(codec, item, outcome));
  }

  /**
   * Appends the outcome of an item that was encoded elsewhere; returns when it is on disk.
   *
   * @param outcome of an item that is not done
   * @throws IllegalStateException if what it shares with the others differs from theirs
   * @throws IOException if it cannot be written
   */
  public void append(Encoded outcome) throws IOException {
    write((shares(outcome) ? outcome.shared() + "\n" : "") + outcome.line() + "\n", true);
  }

  /** Whether the line that an outcome shares with others has to be written before it. */
  private boolean shares(Encoded outcome) throws IOException {
    if (outcome.shared().isEmpty() || shared().isMissingNode()) {
      return !outcome.shared().isEmpty();
    }
    if (!MAPPER.readTree(outcome.shared()).equals(shared())) {
      throw new IllegalStateException(
          outcome.item() + " has " + outcome.shared() + ", not " + shared());
    }
    return false;
  }

  /**
   * Appends many outcomes; returns when all are on disk.
   *
   * @param outcomes of items that are not done
   * @throws IllegalStateException if what one shares with the others differs from theirs
   * @throws IOException if they cannot be written
   */
  public void appendAll(Iterator<Encoded> outcomes) throws IOException {
    StringBuilder lines = new StringBuilder();
    while (outcomes.hasNext()) {
      Encoded outcome = outcomes.next();
      if (shares(outcome)) {
        write(lines + outcome.shared() + "\n", false);
        lines.setLength(0);
      }
      lines.append(outcome.line()).append('\n');
      if (lines.length() >= BLOCK) {
        write(lines.toString(), false);
        lines.setLength(0);
      }
    }
    write(lines.toString(), true);
  }

  /**
   * Puts the outcomes into the order of items, unless they are in it; others, of items that are not
   * asked for this time, come after them. Whatever ends the program in the middle, the journal is
   * whole.
   *
   * @param items the ids of all items that were asked for, which are done
   * @throws IOException if the journal cannot be read or written
   */
  public void arrange(List<String> items) throws IOException {
    Set<String> order = new LinkedHashSet<>(items);
    order.addAll(done());
    if (done().equals(List.copyOf(order))) {
      return;
    }
    lock.check();
    AtomicFile.writeBytes(
        path,
        out -> {
          out.write(first());
          boolean shared = false;
          for (String item : order) {
            Encoded outcome = encoded(item);
            if (!shared && !outcome.shared().isEmpty()) {
              out.write((outcome.shared() + "\n").getBytes(StandardCharsets.UTF_8));
              shared = true;
            }
            out.write((outcome.line() + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
    reopen(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  private void write(String lines, boolean force) throws IOException {
    lock.check();
    channel.position(end());
    ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    if (force) {
      channel.force(false);
    }
    refresh();
  }
}
