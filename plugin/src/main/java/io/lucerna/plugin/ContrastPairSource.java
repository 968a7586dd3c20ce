package io.lucerna.plugin;

import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Both passages of each contrast pair of a file, as they stand: {@code ID/base} and {@code
 * ID/perturbed}.
 */
record ContrastPairSource(String file) implements PairSource {

  /** Whether a file holds JSON lines, gzipped or not, and so no table. */
  static boolean holds(String file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(Inputs.file(file)))) {
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      InputStream text = gzip ? new GZIPInputStream(in) : in;
      int first = text.read();
      // Blanks, and the three bytes of a byte order mark.
      while (" \t\r\n\u00ef\u00bb\u00bf".indexOf(first) >= 0) {
        first = text.read();
      }
      return first == '{';
    }
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    try (Stream<ContrastPair> stream = ContrastPairs.stream(Path.of(file))) {
      String query = "";
      List<Pair> pairs = new ArrayList<>();
      for (Iterator<ContrastPair> all = stream.iterator(); all.hasNext(); ) {
        ContrastPair pair = all.next();
        if (!pair.query().equals(query) && !pairs.isEmpty()) {
          visitor.visit(new Group(query, pairs));
          pairs = new ArrayList<>();
        }
        query = pair.query();
        pairs.add(new Pair(pair.id() + "/base", pair.qid(), pair.docid(), pair.base()));
        pairs.add(new Pair(pair.id() + "/perturbed", pair.qid(), pair.docid(), pair.perturbed()));
      }
      if (!pairs.isEmpty()) {
        visitor.visit(new Group(query, pairs));
      }
    }
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    return Map.of("contrast_pairs", Hashes.of(Path.of(file)));
  }

  @Override
  public void close() {}
}
