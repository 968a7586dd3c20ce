package io.lucerna.plugin.collections;

import io.lucerna.anserini.PassageCleaning;
import io.lucerna.qrels.BundledJudgments;
import io.lucerna.topics.BundledCollection;
import io.lucerna.topics.TopicFormat;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The collections that commands know by name. {@link CollectionStore} brings their files. */
public final class CollectionRegistry {
  /** Anserini's evaluation data, at a commit whose files were checked. */
  private static final String TOOLS =
      "https://raw.githubusercontent.com/castorini/anserini-tools/"
          + "5b819c1a45c8a0a3ec9426f476694f44a29dfaf3/";

  private static final String ANSERINI =
      "https://raw.githubusercontent.com/castorini/anserini/"
          + "a932e39f08a184c1333b9b01acb7ba7a71b953f0/";

  /** RankLLM's files of first stages, at a commit whose files were checked. */
  private static final String RANK_LLM =
      "https://raw.githubusercontent.com/castorini/rank_llm/"
          + "381a6f0e71b58baf73bd2165f611e016b9bece02/retrieve_results/";

  private static final String MS_MARCO =
      "Documents: the MS MARCO v1 passages as JSON lines, from collectionandqueries.tar.gz (md5"
          + " 31644046b18952c1386cd4564ba2ae69); Anserini's guide says how to convert them. Or none:"
          + " the top 100 of three first stages are fetched with their texts.";

  private static final String MS_MARCO_TERMS =
      "MS MARCO's passages are for non-commercial research only; see"
          + " https://microsoft.github.io/msmarco/";

  private static final String BEIR =
      "Documents: corpus/NAME of beir-v1.0.0-corpus.tar (md5 faefd5281b662c72ce03d22021e4ff6b).";

  private static final NamedCollection DL19 =
      deepLearning(
          "dl19",
          "TREC 2019 Deep Learning, passages: 43 judged topics. " + MS_MARCO,
          remote(TOOLS + "topics/topics.dl19-passage.txt", "c83e3dda130c7a191357b0287d854ddb"),
          remote(TOOLS + "qrels/qrels.dl19-passage.txt", "2f4be390198da108f6845c822e5ada14"),
          List.of(
              "4f3e4aba8bb68c1b38405da010f44537f31d3b5fff7088ef97c03caed1076674",
              "6af564b78da890ded64787ca4c6d32de232bfe5b4030e1ca868a8fc75d79baec",
              "2b4a11fe6877a4cb0138426add49b3b70bc2d46390ce5a9b0120cca26cec4099"));

  private static final NamedCollection DL20 =
      deepLearning(
          "dl20",
          "TREC 2020 Deep Learning, passages: 200 topics, 54 of them judged. " + MS_MARCO,
          remote(TOOLS + "topics/topics.dl20.txt", "52cf21f50b4842233d35933cbc26b179"),
          remote(TOOLS + "qrels/qrels.dl20-passage.txt", "0355ccee7509ac0463e8278186cdd8d1"),
          List.of(
              "68b0ea4515ea022de921d54d5a53b4e93ed2f2993d350323c3173e47f3cea9f0",
              "a9eb6abdc576d1f3fd17047fc437843c35d6f45ee61abc395986ce3ad932b33b",
              "58fc0d071956898e40384b781217f5a945b2b9dc049045ad9c865521e52a3fbd"));

  private static final List<NamedCollection> ALL =
      List.of(
          new NamedCollection(
              BundledCollection.NAME,
              "48 topics and 480 judged passages that come with Lucerna, for demonstration.",
              Optional.of(
                  new Source.Resource(
                      BundledCollection.CORPUS_FILE, BundledCollection::writeCorpus)),
              flags("JsonCollection"),
              new Source.Resource(BundledCollection.TOPICS_FILE, BundledCollection::writeTopics),
              TopicFormat.TREC,
              new Source.Resource(BundledJudgments.QRELS_FILE, BundledJudgments::writeQrels),
              1,
              PassageCleaning.NONE,
              FirstStages.NONE),
          new NamedCollection(
              "cacm",
              "CACM: 3,204 records of Communications of the ACM, 64 topics, 52 of them judged.",
              Optional.of(
                  remote(
                      ANSERINI + "src/main/resources/cacm/cacm.tar.gz",
                      "59d77bea5ea622c6aa2fc979c8036acb")),
              flags("HtmlCollection"),
              remote(TOOLS + "topics/topics.cacm.txt", "ae531228463a8d4950b08205f16a9eff"),
              TopicFormat.CACM,
              remote(TOOLS + "qrels/qrels.cacm.txt", "af133287de3f09af60eb9081d0fd4c9b"),
              1,
              PassageCleaning.CACM,
              FirstStages.NONE),
          DL19,
          DL20,
          joined("dl19+dl20", "TREC Deep Learning 2019 and 2020 together, passages.", DL19, DL20),
          beir(
              "scifact",
              "SciFact (BEIR): scientific claims, checked against abstracts.",
              "e2caa31d00a1e256daae18de39576660",
              "2edf8f4c5cb2ebf9f4fd9a0b9a389133"),
          beir(
              "nfcorpus",
              "NFCorpus (BEIR): questions on nutrition, answered by medical abstracts.",
              "e5f65f104c00f97742a50975dc06ecb8",
              "d0655f2827d0355f62b1e0f7a30f0254"));

  private CollectionRegistry() {}

  /** Every collection, the bundled one first. */
  public static List<NamedCollection> all() {
    return ALL;
  }

  /** The collection of this name, or of Anserini's name for its topics, if there is one. */
  public static Optional<NamedCollection> find(String name) {
    String ours = name.matches("dl(19|20)-passage") ? name.replace("-passage", "") : name;
    return ALL.stream().filter(collection -> collection.name().equals(ours)).findFirst();
  }

  /** The collections whose first stages searched the same passages as those of this one. */
  static List<NamedCollection> withPassagesOf(NamedCollection one) {
    return ALL.stream()
        .filter(other -> other.firstStages().passages().equals(one.firstStages().passages()))
        .toList();
  }

  /** A clause for messages that lists the names. */
  public static String known() {
    return ALL.stream()
        .map(NamedCollection::name)
        .collect(Collectors.joining(", ", "collections known by name are ", ""));
  }

  private static NamedCollection beir(
      String name, String description, String topicsMd5, String qrelsMd5) {
    String file = "beir-v1.0.0-" + name + ".test";
    return new NamedCollection(
        "beir-v1.0.0-" + name,
        description + " " + BEIR.replace("NAME", name),
        Optional.empty(),
        flags("BeirFlatCollection"),
        remote(TOOLS + "topics/topics." + file + ".tsv.gz", topicsMd5),
        TopicFormat.TSV_STRING,
        remote(TOOLS + "qrels/qrels." + file + ".txt", qrelsMd5),
        1,
        PassageCleaning.NONE,
        FirstStages.NONE);
  }

  private static List<String> flags(String collection) {
    return List.of(
        "-collection",
        collection,
        "-generator",
        "DefaultLuceneDocumentGenerator",
        "-storePositions",
        "-storeDocvectors",
        "-storeRaw");
  }

  private static NamedCollection deepLearning(
      String name, String description, Source topics, Source qrels, List<String> sha256) {
    return new NamedCollection(
        name,
        description,
        Optional.empty(),
        flags("JsonCollection"),
        topics,
        TopicFormat.TSV_INT,
        qrels,
        2,
        PassageCleaning.NONE,
        new FirstStages(
            "msmarco-v1-passage-top100",
            MS_MARCO_TERMS,
            List.of(
                ranked("bm25", "BM25", name, sha256.get(0)),
                ranked("tasb", "D_BERT_KD_TASB", name, sha256.get(1)),
                ranked("splade", "SPLADE_P_P_ENSEMBLE_DISTIL", name, sha256.get(2)))));
  }

  /** Two collections of the same passages whose topics differ, as one. */
  private static NamedCollection joined(
      String name, String description, NamedCollection one, NamedCollection other) {
    List<FirstStages.FirstStage> stages = new ArrayList<>();
    for (FirstStages.FirstStage stage : one.firstStages().files()) {
      Source second = other.firstStages().named(stage.name()).requests();
      stages.add(
          new FirstStages.FirstStage(
              stage.name(), joined(stage.name() + ".jsonl", stage.requests(), second)));
    }
    return new NamedCollection(
        name,
        description,
        Optional.empty(),
        one.indexFlags(),
        joined("topics." + name + ".txt", one.topics(), other.topics()),
        one.topicFormat(),
        joined("qrels." + name + ".txt", one.qrels(), other.qrels()),
        one.level(),
        one.cleaning(),
        new FirstStages(
            one.firstStages().passages(), one.firstStages().terms(), List.copyOf(stages)));
  }

  private static Source joined(String fileName, Source one, Source other) {
    return new Source.Joined(fileName, List.of((Source.Remote) one, (Source.Remote) other));
  }

  private static FirstStages.FirstStage ranked(
      String name, String folder, String year, String sha256) {
    URI uri = URI.create(RANK_LLM + folder + "/retrieve_results_" + year + ".json");
    return new FirstStages.FirstStage(
        name, new Source.Remote(uri, Checksum.parse(sha256), folder + "." + year + ".json"));
  }

  private static Source remote(String uri, String md5) {
    return Source.Remote.of(URI.create(uri), md5);
  }
}
