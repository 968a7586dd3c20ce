package io.lucerna.studies.ranking;

import io.lucerna.base.Sha256;
import io.lucerna.reranker.WorkItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The items of a study: one for each topic. A passage that several topics have belongs to the first
 * of them, whose item scores it for all wherever its vector does not depend on the query. The plan
 * depends on the topics and their passages alone.
 */
final class Plan {
  private final List<StudyTopic> topics;
  private final int depth;
  private final Passages passages;
  private final Places places;

  /** Reads all passages once; keeps a few numbers of each. */
  Plan(List<StudyTopic> topics, int depth, Passages passages) throws IOException {
    this.topics = List.copyOf(topics);
    this.depth = depth;
    this.passages = passages;
    List<List<List<Places.Place>>> served = new ArrayList<>();
    Map<String, List<Places.Place>> byText = new HashMap<>();
    for (int topic = 0; topic < topics.size(); topic++) {
      List<List<Places.Place>> own = new ArrayList<>();
      List<String> docnos = docnos(topic);
      for (int place = 0; place < docnos.size(); place++) {
        String hash = hash(passages.of(topics.get(topic).id(), docnos.get(place)));
        List<Places.Place> known = byText.get(hash);
        if (known == null) {
          List<Places.Place> first = new ArrayList<>(1);
          byText.put(hash, first);
          own.add(first);
          first.add(new Places.Place(topic, place));
        } else {
          own.add(List.of());
          known.add(new Places.Place(topic, place));
        }
      }
      served.add(own);
    }
    this.places =
        new Places(
            topics.stream().map(StudyTopic::id).toList(),
            topics.stream().map(t -> t.first().top(depth).docnos()).toList(),
            served);
  }

  private static String hash(String text) {
    byte[] digest = Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
    return new String(digest, 0, 16, StandardCharsets.ISO_8859_1);
  }

  /** How many items there are. */
  int size() {
    return topics.size();
  }

  /** How many candidates of a topic are scored. */
  int depth() {
    return depth;
  }

  StudyTopic topic(int item) {
    return topics.get(item);
  }

  /** The candidates of an item's topic. */
  private List<String> docnos(int item) {
    return topics.get(item).first().top(depth).docnos();
  }

  /** Whose scores the items have. */
  Places places() {
    return places;
  }

  /** How many passages an item reads: those that are its own, or all. */
  int passages(int item, boolean all) {
    return (int)
        places.served().get(item).stream().filter(pairs -> all || !pairs.isEmpty()).count();
  }

  /** The item itself, with everything that its work needs. */
  WorkItem item(int item) throws IOException {
    List<List<Places.Place>> served = places.served().get(item);
    Set<Integer> asking = new LinkedHashSet<>(List.of(item));
    served.forEach(pairs -> pairs.forEach(pair -> asking.add(pair.topic())));
    List<Integer> numbers = List.copyOf(asking);
    List<WorkItem.Query> queries = new ArrayList<>();
    for (int topic : numbers) {
      queries.add(new WorkItem.Query(topics.get(topic).id(), topics.get(topic).query()));
    }
    List<WorkItem.Passage> own = new ArrayList<>();
    String id = topics.get(item).id();
    List<String> docnos = docnos(item);
    for (int place = 0; place < docnos.size(); place++) {
      List<Integer> wanted =
          served.get(place).stream().map(p -> numbers.indexOf(p.topic())).toList();
      String docno = docnos.get(place);
      own.add(new WorkItem.Passage(id + "/" + docno, passages.of(id, docno), wanted));
    }
    return new WorkItem(queries, own);
  }
}
