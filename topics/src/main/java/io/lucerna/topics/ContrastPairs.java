package io.lucerna.topics;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.base.text.MalformedTextException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Files of contrast pairs: JSON lines as {@code perturb} writes them, tables of ready pairs, and
 * the tables that MechIR publishes. Which it is is inferred from the content. docs/formats.md
 * describes them.
 */
public final class ContrastPairs {
  private ContrastPairs() {}

  /**
   * {@return one pair as a line of JSON, without its line end}
   *
   * @param pair the pair
   * @param tokens how a model reads it, which goes under {@code tokens}; empty for a pair of texts
   *     alone
   */
  public static String line(ContrastPair pair, Optional<PairTokens> tokens) {
    return PairJson.write(pair, tokens);
  }

  /**
   * Reads a whole file.
   *
   * @param file the file, in UTF-8
   * @return the pairs in the order of the file
   * @throws MalformedTextException if a line is malformed, an id occurs twice, or there is no pair
   * @throws IOException if the file cannot be read
   */
  public static List<ContrastPair> read(Path file) throws IOException {
    try (Stream<ContrastPair> pairs = stream(file)) {
      return pairs.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause() == null ? new IOException(e) : e.getCause();
    }
  }

  /**
   * Reads a file pair by pair, as {@link #stream(TextFile)} does.
   *
   * @param file the file, in UTF-8
   * @return the pairs in the order of the file; close it
   * @throws IOException if the file cannot be opened
   */
  public static Stream<ContrastPair> stream(Path file) throws IOException {
    return stream(TextFile.of(file));
  }

  /**
   * Reads a file pair by pair; of what was read, only the ids are kept. Close the stream.
   *
   * @param file the file, in UTF-8
   * @return a stream that throws UncheckedIOException with a cause as {@link #read} throws it
   * @throws IOException if the file cannot be opened
   */
  @Internal
  public static Stream<ContrastPair> stream(TextFile file) throws IOException {
    Given.value(file, "the file of contrast pairs");
    TextLines lines = file.lines();
    return StreamSupport.stream(new Pairs(file, lines), false)
        .onClose(
            () -> {
              try {
                lines.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** The pairs of a file's lines, in order. */
  private static final class Pairs extends AbstractSpliterator<ContrastPair> {
    private final TextFile file;
    private final TextLines lines;
    private final Set<String> ids = new HashSet<>();
    private @Nullable Function<String, ContrastPair> parser;

    Pairs(TextFile file, TextLines lines) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
      this.file = file;
      this.lines = lines;
    }

    @Override
    public boolean tryAdvance(Consumer<? super ContrastPair> action) {
      try {
        Optional<ContrastPair> pair = next();
        pair.ifPresent(action);
        return pair.isPresent();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Optional<ContrastPair> next() throws IOException {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (line.isBlank()) {
          continue;
        }
        if (parser == null) {
          if (line.stripLeading().startsWith("{")) {
            parser = PairJson::read;
          } else {
            PairTable table = new PairTable(line);
            parser = table::read;
            if (table.hasHeader()) {
              continue;
            }
          }
        }
        return Optional.of(parsed(line, parser));
      }
      if (ids.isEmpty()) {
        throw file.error(Math.max(1, lines.number()), "no contrast pairs in the file");
      }
      return Optional.empty();
    }

    private ContrastPair parsed(String line, Function<String, ContrastPair> by)
        throws MalformedTextException {
      ContrastPair pair;
      try {
        pair = by.apply(line);
      } catch (IllegalArgumentException e) {
        throw lines.error(String.valueOf(e.getMessage()));
      }
      if (!ids.add(pair.id())) {
        throw lines.error("id '" + pair.id() + "' was already used");
      }
      return pair;
    }
  }
}
