package io.lucerna.plugin.collections;

import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anserini.analysis.AnalyzerUtils;
import io.anserini.analysis.DefaultEnglishAnalyzer;
import io.lucerna.qrels.BundledJudgments;
import io.lucerna.qrels.BundledJudgments.Judgment;
import io.lucerna.qrels.BundledJudgments.Kind;
import io.lucerna.topics.BundledCollection;
import io.lucerna.topics.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The laws of the bundled collection that join topics, passages and judgments. */
class BundledCollectionLawsTest {
  private static final Analyzer ANALYZER = DefaultEnglishAnalyzer.newDefaultInstance();

  /** Words of questions that Lucene's stop list lacks. */
  private static final Set<String> QUESTION_WORDS =
      Set.of("why", "what", "how", "do", "doe", "did", "when", "before", "after", "from");

  private static final Map<String, String> PASSAGES = new TreeMap<>();
  private static final Map<String, List<Judgment>> JUDGMENTS =
      BundledJudgments.judgments().stream().collect(groupingBy(Judgment::qid));

  @TempDir static Path dir;

  @BeforeAll
  static void readPassages() throws IOException {
    ObjectMapper json = new ObjectMapper();
    for (String line : Files.readAllLines(BundledCollection.writeCorpus(dir))) {
      JsonNode document = json.readTree(line);
      PASSAGES.put(document.get("id").asText(), document.get("contents").asText());
    }
  }

  @Test
  void topicsPassagesAndJudgmentsNameTheSameIds() {
    Set<String> qids = new HashSet<>();
    BundledCollection.topics().forEach(topic -> qids.add(topic.id()));
    assertEquals(qids, JUDGMENTS.keySet());
    Set<String> docids = new HashSet<>();
    JUDGMENTS.values().forEach(list -> list.forEach(j -> docids.add(j.docid())));
    assertEquals(PASSAGES.keySet(), docids);
  }

  @Test
  void decoysRepeatTheWordsOfTheirTopicAndParaphrasesAvoidThem() {
    for (Topic topic : BundledCollection.topics()) {
      Set<String> query = new HashSet<>(AnalyzerUtils.analyze(ANALYZER, topic.text()));
      query.removeAll(QUESTION_WORDS);
      for (Judgment judgment : judgments(topic)) {
        List<String> passage = AnalyzerUtils.analyze(ANALYZER, PASSAGES.get(judgment.docid()));
        long shared = query.stream().filter(passage::contains).count();
        long repeats = passage.stream().filter(query::contains).count();
        String where = topic.text() + ": " + judgment;
        if (judgment.kind() == Kind.DECOY) {
          assertTrue(2 * shared >= query.size() && repeats >= 3, where);
        } else if (judgment.kind() == Kind.PARAPHRASE) {
          assertTrue(2 * shared <= query.size(), where);
        }
      }
    }
  }

  /** BM25 as Anserini runs it by default: k1 0.9, b 0.4, its English analyzer, a bag of words. */
  @Test
  void underBm25ADecoyOutranksARelevantPassageInAtLeastHalfOfTheTopics() throws IOException {
    int outranked = 0;
    int best = 0;
    try (Directory directory = index();
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setSimilarity(new BM25Similarity(0.9f, 0.4f));
      for (Topic topic : BundledCollection.topics()) {
        Map<String, Integer> ranks = ranks(searcher, topic);
        List<Integer> decoys = ranks(topic, ranks, true);
        List<Integer> relevant = ranks(topic, ranks, false);
        outranked += decoys.getFirst() < relevant.getLast() ? 1 : 0;
        best += decoys.getFirst() < relevant.getFirst() ? 1 : 0;
      }
    }
    int topics = BundledCollection.topics().size();
    System.out.printf(
        Locale.ROOT,
        "bundled: under BM25 a decoy outranks a relevant passage in %d of %d topics, and every"
            + " relevant passage in %d%n",
        outranked,
        topics,
        best);
    assertTrue(2 * outranked >= topics, outranked + " of " + topics);
  }

  private static List<Judgment> judgments(Topic topic) {
    return JUDGMENTS.getOrDefault(topic.id(), List.of());
  }

  private static List<Integer> ranks(Topic topic, Map<String, Integer> ranks, boolean decoys) {
    return judgments(topic).stream()
        .filter(j -> decoys ? j.kind() == Kind.DECOY : j.grade() >= 2)
        .map(j -> ranks.getOrDefault(j.docid(), Integer.MAX_VALUE))
        .sorted()
        .toList();
  }

  private static Map<String, Integer> ranks(IndexSearcher searcher, Topic topic)
      throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    AnalyzerUtils.analyze(ANALYZER, topic.text()).forEach(t -> counts.merge(t, 1, Integer::sum));
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    counts.forEach(
        (term, count) -> {
          for (int i = 0; i < count; i++) {
            query.add(new TermQuery(new Term("contents", term)), BooleanClause.Occur.SHOULD);
          }
        });
    Map<String, Integer> ranks = new HashMap<>();
    for (ScoreDoc hit : searcher.search(query.build(), PASSAGES.size()).scoreDocs) {
      ranks.put(searcher.storedFields().document(hit.doc).get("id"), ranks.size() + 1);
    }
    return ranks;
  }

  private static Directory index() throws IOException {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(ANALYZER))) {
      for (Map.Entry<String, String> passage : PASSAGES.entrySet()) {
        Document document = new Document();
        document.add(new StringField("id", passage.getKey(), Field.Store.YES));
        document.add(new TextField("contents", passage.getValue(), Field.Store.NO));
        writer.addDocument(document);
      }
    }
    return directory;
  }
}
