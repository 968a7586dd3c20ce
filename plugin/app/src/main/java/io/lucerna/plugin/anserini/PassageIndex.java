package io.lucerna.plugin.anserini;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.anserini.index.IndexCollection;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Sha256;
import io.lucerna.base.TextFile;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.collections.CollectionStore;
import io.lucerna.plugin.collections.NamedCollection;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.Requests;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An index of the passages that first stages found, for the statistics of terms where the whole
 * collection is not at hand.
 */
public final class PassageIndex {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private PassageIndex() {}

  /**
   * The index of all passages of the first stages that searched what this collection's did. It is
   * built once, in the cache.
   */
  public static Path of(NamedCollection collection, CollectionStore store, Console console)
      throws IOException {
    List<Path> files = store.allRequests(collection);
    StringBuilder hashes = new StringBuilder();
    for (Path file : files) {
      hashes.append(TextFile.of(file).sha256());
    }
    String name =
        collection.firstStages().passages() + "-" + Sha256.of(hashes.toString()).substring(0, 8);
    Path folder =
        store.derived(
            name,
            fresh -> {
              console.say(
                  "indexing the passages of %s first stages, once, for their statistics",
                  files.size());
              build(files, fresh);
            });
    return folder.resolve("index");
  }

  private static void build(List<Path> files, Path folder) throws IOException {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    AtomicFile.write(corpus.resolve("passages.jsonl"), out -> write(files, out));
    IndexCollection.Args args = new IndexCollection.Args();
    args.collectionClass = "JsonCollection";
    args.generatorClass = "DefaultLuceneDocumentGenerator";
    args.input = corpus.toString();
    args.index = folder.resolve("index").toString();
    args.storePositions = true;
    args.storeDocvectors = true;
    args.storeRaw = true;
    args.optimize = true;
    Indexing.run(args).requireComplete();
  }

  /** Writes each passage once, in the order in which they occur. */
  private static void write(List<Path> files, BufferedWriter out) throws IOException {
    Set<String> written = new HashSet<>();
    for (Path file : files) {
      Requests requests = Requests.read(TextFile.of(file), Ids.JSON);
      for (Candidates topic : requests.topics()) {
        for (String docno : topic.ranking().docnos()) {
          if (written.add(docno)) {
            String text = requests.text(topic.topic(), docno);
            out.write(MAPPER.writeValueAsString(Map.of("id", docno, "contents", text)) + "\n");
          }
        }
      }
    }
  }
}
