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
 * Which item scores which pair: one item for each topic. A passage that several topics have belongs
 * to the first of them, whose item scores it for all wherever its vector does not depend on the
 * query. The plan depends on the topics and their passages alone.
 */
final class Plan {
  /** One candidate of one topic. */
  record Place(int topic, int place) {}

  private final List<StudyTopic> topics;
  private final int depth;
  private final Passages passages;
  private final List<List<List<Place>>> served = new ArrayList<>();

  /** Reads all passages once; keeps a few numbers of each. */
  Plan(List<StudyTopic> topics, int depth, Passages passages) throws IOException {
    this.topics = List.copyOf(topics);
    this.depth = depth;
    this.passages = passages;
    Map<String, List<Place>> byText = new HashMap<>();
    for (int topic = 0; topic < topics.size(); topic++) {
      List<List<Place>> own = new ArrayList<>();
      List<String> docnos = docnos(topic);
      for (int place = 0; place < docnos.size(); place++) {
        String hash = hash(passages.of(topics.get(topic).id(), docnos.get(place)));
        List<Place> known = byText.get(hash);
        if (known == null) {
          List<Place> first = new ArrayList<>(1);
          byText.put(hash, first);
          own.add(first);
          first.add(new Place(topic, place));
        } else {
          own.add(List.of());
          known.add(new Place(topic, place));
        }
      }
      served.add(own);
    }
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
  List<String> docnos(int item) {
    return topics.get(item).first().top(depth).docnos();
  }

  /** How many passages an item reads: those that are its own, or all. */
  int passages(int item, boolean all) {
    return (int) served.get(item).stream().filter(places -> all || !places.isEmpty()).count();
  }

  /** The pairs of an item's scores, in the order of the scores. */
  List<Place> pairs(int item, boolean perItem) {
    List<Place> pairs = new ArrayList<>();
    if (perItem) {
      for (int place = 0; place < served.get(item).size(); place++) {
        pairs.add(new Place(item, place));
      }
    } else {
      served.get(item).forEach(pairs::addAll);
    }
    return pairs;
  }

  /** The item itself, with everything that its work needs. */
  WorkItem item(int item) throws IOException {
    Set<Integer> asking = new LinkedHashSet<>(List.of(item));
    served.get(item).forEach(places -> places.forEach(place -> asking.add(place.topic())));
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
          served.get(item).get(place).stream().map(p -> numbers.indexOf(p.topic())).toList();
      String docno = docnos.get(place);
      own.add(new WorkItem.Passage(id + "/" + docno, passages.of(id, docno), wanted));
    }
    return new WorkItem(queries, own);
  }
}
