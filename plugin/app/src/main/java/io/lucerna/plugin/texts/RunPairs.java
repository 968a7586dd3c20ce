package io.lucerna.plugin.texts;

import io.lucerna.studies.record.PairSource;
import io.lucerna.studies.work.Hashes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The first candidates of each topic of a pool; the id is {@code QID/DOCID}. */
public record RunPairs(CandidatePool pool, CleaningChoice cleaning, int depth)
    implements PairSource {

  @Override
  public void forEach(Visitor visitor) throws IOException {
    CleanedTexts passages = new CleanedTexts(pool.texts(), cleaning);
    for (Candidates topic : pool.topics()) {
      List<Pair> pairs = new ArrayList<>();
      for (String docno : topic.ranking().top(depth).docnos()) {
        String text = passages.of(topic.topic(), docno);
        pairs.add(new Pair(Pair.id(topic.topic(), docno), topic.topic(), docno, text));
      }
      if (!pairs.isEmpty()) {
        visitor.visit(new Group(topic.query(), pairs));
      }
    }
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>(pool.identity());
    identity.put("queries", Hashes.sha256(out -> Candidates.writeQueries(pool.topics(), out)));
    identity.put("depth", depth);
    identity.put("cleaning", cleaning.toString());
    return identity;
  }

  @Override
  public void close() throws IOException {
    pool.close();
  }
}
