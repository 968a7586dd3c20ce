package io.lucerna.topics;

import io.lucerna.base.MalformedTextException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Files of contrast pairs: JSON lines as {@code perturb} writes them, tables of ready pairs, and
 * the tables that MechIR publishes. All in UTF-8, gzipped or not; which it is is told from the
 * content. docs/formats.md describes them.
 */
public final class ContrastPairs {
  private ContrastPairs() {}

  /** One line of JSON without its line end. */
  public static String line(ContrastPair pair, Optional<PairTokens> tokens) {
    return PairJson.write(pair, tokens);
  }

  /**
   * Reads a whole file.
   *
   * @throws MalformedTextException if a line is malformed, an id occurs twice, or there is no pair
   */
  public static List<ContrastPair> read(Path file) throws IOException {
    try (Stream<ContrastPair> pairs = stream(file)) {
      return pairs.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause() == null ? new IOException(e) : e.getCause();
    }
  }

  /**
   * Reads a file pair by pair; of what was read, only the ids are kept. Close the stream.
   *
   * @return a stream that throws UncheckedIOException with a cause as {@link #read} throws it
   */
  public static Stream<ContrastPair> stream(Path file) throws IOException {
    Path name = file.getFileName();
    BufferedReader lines = open(file);
    Pairs pairs = new Pairs(name == null ? file.toString() : name.toString(), lines);
    return StreamSupport.stream(pairs, false)
        .onClose(
            () -> {
              try {
                lines.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    try {
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      // A decoder of its own, since that of a charset's name replaces what is malformed.
      return new BufferedReader(
          new InputStreamReader(
              gzip ? new GZIPInputStream(in) : in, StandardCharsets.UTF_8.newDecoder()));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** The pairs of a file's lines, in order. */
  private static final class Pairs extends AbstractSpliterator<ContrastPair> {
    private final String file;
    private final BufferedReader lines;
    private final Set<String> ids = new HashSet<>();
    private @Nullable Function<String, ContrastPair> parser;
    private int number;

    Pairs(String file, BufferedReader lines) {
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
      for (String line = line(); line != null; line = line()) {
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
        throw new MalformedTextException(
            file, Math.max(1, number), "no contrast pairs in the file");
      }
      return Optional.empty();
    }

    private ContrastPair parsed(String line, Function<String, ContrastPair> by)
        throws MalformedTextException {
      ContrastPair pair;
      try {
        pair = by.apply(line);
      } catch (IllegalArgumentException e) {
        throw new MalformedTextException(file, number, String.valueOf(e.getMessage()));
      }
      if (!ids.add(pair.id())) {
        throw new MalformedTextException(file, number, "id '" + pair.id() + "' was already used");
      }
      return pair;
    }

    private @Nullable String line() throws IOException {
      try {
        String line = lines.readLine();
        number++;
        return number == 1 && line != null && line.startsWith("\uFEFF") ? line.substring(1) : line;
      } catch (CharacterCodingException e) {
        throw new MalformedTextException(file, number + 1, "not UTF-8 here or in a later line");
      }
    }
  }
}
