package io.lucerna.topics;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.topics.perturb.PerturbationNames;
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
    return all(stream(file));
  }

  /**
   * Reads a whole table that does not say what changes its passages, such as MechIR's.
   *
   * @param file the table, in UTF-8
   * @param perturbation what its pairs are: a name of {@link PerturbationNames}, or another word
   * @return the pairs in the order of the table
   * @throws IllegalArgumentException if no perturbation can be called that
   * @throws MalformedTextException if the pairs say it themselves, and as {@link #read(Path)} does
   * @throws IOException if the file cannot be read
   */
  public static List<ContrastPair> read(Path file, String perturbation) throws IOException {
    Given.value(perturbation, "the perturbation");
    return all(stream(file, Optional.of(perturbation)));
  }

  private static List<ContrastPair> all(Stream<ContrastPair> stream) throws IOException {
    try (Stream<ContrastPair> pairs = stream) {
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
    return stream(file, Optional.empty());
  }

  /**
   * Reads a file pair by pair.
   *
   * @param file the file, in UTF-8
   * @param perturbation what the pairs of a table are that does not say it; empty if nobody says
   * @return the pairs in the order of the file; close it
   * @throws IllegalArgumentException if no perturbation can be called that
   * @throws IOException if the file cannot be opened
   */
  @Internal
  public static Stream<ContrastPair> stream(Path file, Optional<String> perturbation)
      throws IOException {
    return stream(TextFile.of(file), perturbation);
  }

  /**
   * Reads a file pair by pair; of what was read, only the ids are kept. Close the stream.
   *
   * @param file the file, in UTF-8
   * @return a stream that throws UncheckedIOException with a cause as {@link #read(Path)} throws it
   * @throws IOException if the file cannot be opened
   */
  @Internal
  public static Stream<ContrastPair> stream(TextFile file) throws IOException {
    return stream(file, Optional.empty());
  }

  private static Stream<ContrastPair> stream(TextFile file, Optional<String> perturbation)
      throws IOException {
    Given.value(file, "the file of contrast pairs");
    Optional<String> named = perturbation.map(PerturbationNames::ofPairs);
    TextLines lines = file.lines();
    return StreamSupport.stream(new Pairs(file, lines, named), false)
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
    private final Optional<String> named;
    private final Set<String> ids = new HashSet<>();
    private @Nullable Function<String, ContrastPair> parser;

    Pairs(TextFile file, TextLines lines, Optional<String> named) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
      this.file = file;
      this.lines = lines;
      this.named = named;
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
          boolean json = line.stripLeading().startsWith("{");
          PairTable table = new PairTable(line, named.orElse(PairTable.PERTURBATION));
          if (named.isPresent() && (json || table.namesPerturbation())) {
            throw lines.error(
                "the pairs say themselves what their perturbation is, so they cannot be called "
                    + named.get());
          }
          if (json) {
            parser = PairJson::read;
          } else {
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
