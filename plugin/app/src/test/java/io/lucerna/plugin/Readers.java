package io.lucerna.plugin;

import io.lucerna.base.TextFile;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.anserini.TopicFiles;
import io.lucerna.plugin.options.ConfigFile;
import io.lucerna.plugin.regress.RegressionSource;
import io.lucerna.plugin.rerank.SpecFiles;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.CorpusTexts;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.Requests;
import io.lucerna.plugin.texts.TextSourceException;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.patch.HeadMaps;
import io.lucerna.studies.record.PairTable;
import io.lucerna.studies.table.CsvFile;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.TopicReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.kohsuke.args4j.Option;

/** Every reader of a text that a person hands over, each with a sample. */
final class Readers {
  /** Reads a file, or standard input, into values that can be compared. */
  @FunctionalInterface
  interface Values {
    Object of(Path file) throws IOException;
  }

  /**
   * A reader.
   *
   * @param name what it reads
   * @param sample a text that it reads, with a letter beyond ASCII in its last line
   */
  record Reader(String name, String sample, Values values) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final String RUN =
      "q1 Q0 d1 1 9.5 t\nq1 Q0 d2 2 8.25 t\nq2 Q0 d3 1 1e-3 t\nq2 Q0 dé 2 -4 t\n";
  static final String QRELS = "q1 0 d1 1\nq1 0 d2 0\nq2 0 d3 -1\nq2 0 dé 2\n";
  static final String TOPICS = "q1\thow does a lamp work\nq2\toil\nq3\tcafé\n";
  static final String CORPUS =
      """
      {"id": "d1", "contents": "A lamp gives light."}
      {"_id": "d2", "title": "Lamp", "text": "It burns oil."}
      {"docno": "d3", "text": "café"}
      """;
  static final String REQUESTS =
      """
      {"query": {"qid": "q1", "text": "lamp"}, "candidates": [{"docid": "d1", "score": 9.5, "doc": {"contents": "A lamp."}}]}
      {"query": {"qid": "q2", "text": "oil"}, "candidates": [{"docid": "d1", "score": 2, "doc": {"text": "Oil."}}, {"docid": "d2", "score": 1.5, "doc": "café"}]}
      """;
  static final String PAIRS =
      "qid\tquery\tdocid\ttext\nq1\tlamp\td1\tA lamp.\nq1\tlamp\td2\tcafé\n";
  static final String CONTRASTS =
      """
      {"id": "1", "qid": "q1", "query": "lamp", "docid": "d1", "perturbation": "x", "base": "a b", "perturbed": "a c", "grade": 1}
      {"id": "2", "qid": "q1", "query": "lamp", "docid": "d2", "perturbation": "x", "base": "café", "perturbed": "caf"}
      """;

  static final List<Reader> ALL =
      List.of(
          new Reader("runs", RUN, Readers::run),
          new Reader("judgments", QRELS, Readers::judgments),
          new Reader("topics: lines", TOPICS, file -> TopicReader.read(file).topics()),
          new Reader(
              "topics: TREC",
              "<top>\n<num> Number: 1\n<title> lamp\n<desc> Description:\ncafé\n</top>\n",
              file -> TopicReader.read(file).topics()),
          new Reader(
              "topics: CACM",
              "<DOC>\n<DOCNO> 1 </DOCNO>\ncafé\n</DOC>\n",
              file -> TopicReader.read(file).topics()),
          new Reader(
              "topics: XML",
              "<?xml version=\"1.0\"?>\n<topics>\n<topic number=\"1\">\n<query>café</query></topic></topics>\n",
              file -> TopicReader.read(file).topics()),
          new Reader(
              "topics: JSON",
              "{\"_id\": \"q1\", \"text\": \"lamp\"}\n{\"qid\": \"q2\", \"query\": \"café\"}\n",
              file -> TopicReader.read(file).topics()),
          new Reader(
              "topics of a command",
              TOPICS,
              file -> TopicFiles.read(file.toString(), null, "title").queries()),
          new Reader(
              "topics by a reader of Anserini's",
              "<top>\n<num> Number: MB1 </num>\n<query> café </query>\n</top>\n",
              file -> TopicFiles.read(file.toString(), "Microblog", "title").queries()),
          new Reader("corpora", CORPUS, Readers::corpus),
          new Reader("requests", REQUESTS, Readers::requests),
          new Reader("pairs", PAIRS, Readers::pairs),
          new Reader("contrast pairs: JSON", CONTRASTS, ContrastPairs::read),
          new Reader(
              "contrast pairs: table",
              "qid\tquery\tdocid\tbase\tperturbed\nq1\tlamp\td1\ta b\tcafé\n",
              ContrastPairs::read),
          new Reader(
              "contrast pairs: table of several perturbations",
              "qid\tquery\tdocid\tbase\tperturbed\tgrade\tperturbation\n"
                  + "q1\tlamp\td1\ta b\tcafé\t1\tTFC1\n",
              ContrastPairs::read),
          new Reader(
              "specs",
              "interventions:\n  # café\n  - do: zero\n    points: blocks.3.attn.hook_z\n",
              file -> SpecFiles.read(file).toString()),
          new Reader("settings", "name: lamp\nother:\n- oil\n- café\n", Readers::settings),
          new Reader(
              "regressions",
              "corpus: x\nname: café\n",
              file -> RegressionSource.file(file).content().lines().toList()),
          new Reader("tables", "a,b\n1,\"x\"\n2,café\n", Readers::table),
          new Reader(
              "maps of heads",
              "model,axiom,grade,layer,head,value\nm,TFC1,1,0,1,0.5\nm,café,1,1,1,0.25\n",
              HeadMaps::read));

  private Readers() {}

  static Map<String, Map<String, Float>> run(Path file) throws IOException {
    Map<String, Map<String, Float>> values = new TreeMap<>();
    for (Ranking ranking : Run.read(file).rankings()) {
      Map<String, Float> docs = new TreeMap<>();
      for (RankedDoc doc : ranking.stream().toList()) {
        docs.put(doc.docno(), doc.score());
      }
      values.put(ranking.topic(), docs);
    }
    return values;
  }

  static Map<String, Map<String, Integer>> judgments(Path file) throws IOException {
    Qrels qrels = Qrels.read(file);
    Map<String, Map<String, Integer>> values = new TreeMap<>();
    qrels.topics().forEach(topic -> values.put(topic, new TreeMap<>(qrels.judged(topic))));
    return values;
  }

  static Map<String, String> corpus(Path file) throws IOException {
    Set<String> wanted = Set.of("d1", "d2", "d3");
    CorpusTexts texts = CorpusTexts.read(file, wanted, text -> {});
    Map<String, String> values = new TreeMap<>();
    for (String docno : wanted) {
      try {
        values.put(docno, texts.text("q1", docno));
      } catch (TextSourceException e) {
        // It is not there.
      }
    }
    return values;
  }

  static Map<String, List<String>> requests(Path file) throws IOException {
    Requests requests = Requests.read(TextFile.of(file), Ids.RUN);
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (Candidates topic : requests.topics()) {
      List<String> all = new ArrayList<>(List.of(topic.query()));
      for (RankedDoc doc : topic.ranking().stream().toList()) {
        all.add(doc.docno() + " " + doc.score() + " " + text(requests, topic.topic(), doc.docno()));
      }
      values.put(topic.topic(), all);
    }
    return values;
  }

  private static String text(Requests requests, String topic, String docno) {
    try {
      return requests.text(topic, docno);
    } catch (TextSourceException e) {
      return "no text";
    }
  }

  static List<PairTable.Row> pairs(Path file) throws IOException {
    List<PairTable.Row> rows = new ArrayList<>();
    try (PairTable table = PairTable.open(file.toString())) {
      for (var row = table.next(); row.isPresent(); row = table.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }

  private static final class Options {
    @Option(name = "-name")
    String name = "";

    @Option(name = "-other")
    List<String> other = List.of();
  }

  private static List<String> settings(Path file) {
    List<String> all =
        ConfigFile.expand(List.of("-config", file.toString()), List.of(new Options()));
    return all.subList(0, all.size() - 2);
  }

  private static List<List<String>> table(Path file) throws IOException {
    CsvFile table = CsvFile.read(file);
    List<List<String>> rows = new ArrayList<>(List.of(table.header()));
    table.rows().forEach(row -> rows.add(table.header().stream().map(row::text).toList()));
    return rows;
  }
}
