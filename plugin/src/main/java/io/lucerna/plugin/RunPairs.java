package io.lucerna.plugin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The first candidates of each topic of a run; the id is {@code QID/DOCID}.
 *
 * @param run what the run, its topics and its texts are, for provenance
 */
record RunPairs(
    List<Candidates> candidates,
    TextSource texts,
    CleaningChoice cleaning,
    int depth,
    Map<String, Object> run)
    implements PairSource {

  @Override
  public void forEach(Visitor visitor) throws IOException {
    for (Candidates topic : candidates) {
      List<Pair> pairs = new ArrayList<>();
      for (String docno : topic.ranking().top(depth).docnos()) {
        String text = cleaning.cleaning().apply(texts.text(topic.topic(), docno));
        pairs.add(new Pair(topic.topic() + "/" + docno, topic.topic(), docno, text));
      }
      if (!pairs.isEmpty()) {
        visitor.visit(new Group(topic.query(), pairs));
      }
    }
  }

  @Override
  public Map<String, Object> identity() {
    Map<String, Object> identity = new LinkedHashMap<>(run);
    identity.put("depth", depth);
    identity.put("cleaning", cleaning.toString());
    return identity;
  }

  @Override
  public void close() throws IOException {
    texts.close();
  }
}
