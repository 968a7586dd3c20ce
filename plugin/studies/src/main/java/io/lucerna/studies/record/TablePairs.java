package io.lucerna.studies.record;

import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The pairs of a table, read again each time; the id is {@code QID/DOCID}.
 *
 * @param file the path of the table
 */
public record TablePairs(String file) implements PairSource {

  @Override
  public void forEach(Visitor visitor) throws IOException {
    try (PairTable table = PairTable.open(file)) {
      String query = "";
      List<Pair> pairs = new ArrayList<>();
      for (var row = table.next(); row.isPresent(); row = table.next()) {
        PairTable.Row r = row.get();
        if (!r.query().equals(query) && !pairs.isEmpty()) {
          visitor.visit(new Group(query, pairs));
          pairs = new ArrayList<>();
        }
        query = r.query();
        pairs.add(new Pair(Pair.id(r.qid(), r.docid()), r.qid(), r.docid(), r.text()));
      }
      if (!pairs.isEmpty()) {
        visitor.visit(new Group(query, pairs));
      }
    }
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    return Map.of("pairs", Hashes.of(Path.of(file)));
  }

  @Override
  public void close() {}
}
