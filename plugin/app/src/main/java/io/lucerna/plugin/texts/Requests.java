package io.lucerna.plugin.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.TextFile;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Run;
import io.lucerna.studies.work.Hashes;
import io.lucerna.topics.FieldNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reranking requests as RankLLM and Anserini exchange them; {@link Request} has their forms. */
public final class Requests implements TextSource {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final TextFile file;
  private final List<Candidates> topics = new ArrayList<>();

  /** Queries that are objects, as they came in. */
  private final Map<String, JsonNode> queries = new HashMap<>();

  /** Documents by topic and docno: two topics may give the same document in different words. */
  private final Map<String, Map<String, JsonNode>> documents = new LinkedHashMap<>();

  private final CleaningSample sample = CleaningSample.all("the requests");

  private Requests(TextFile file) {
    this.file = file;
  }

  /** Whether an output of this name is to hold requests. */
  public static boolean isRequests(String output) {
    return output.endsWith(".jsonl");
  }

  /**
   * Reads requests: JSON lines, or an array.
   *
   * @param ids what the output can hold
   * @throws MalformedTextException if something is not a request, or has an id that the output
   *     cannot hold
   */
  public static Requests read(TextFile file, Ids ids) throws IOException {
    Requests requests = new Requests(file);
    try (JsonObjects objects = JsonObjects.open(file)) {
      for (JsonNode next = objects.next(); next != null; next = objects.next()) {
        Request request;
        try {
          request = Request.of(next, ids);
        } catch (IllegalArgumentException e) {
          throw objects.error(String.valueOf(e.getMessage()));
        }
        requests.add(request, objects);
      }
    }
    if (requests.topics.isEmpty()) {
      throw file.error(0, "no requests in the file");
    }
    return requests;
  }

  private void add(Request request, JsonObjects objects) throws MalformedTextException {
    String topic = request.candidates().topic();
    if (documents.putIfAbsent(topic, request.documents()) != null) {
      throw objects.error("a second request for topic " + topic);
    }
    topics.add(request.candidates());
    if (request.query().isObject()) {
      queries.put(topic, request.query());
    }
    request
        .documents()
        .forEach(
            (docno, document) ->
                FieldNames.passage(document).ifPresent(text -> sample.add(docno, text)));
  }

  /** The topics in the order of the file. */
  public List<Candidates> topics() {
    return topics;
  }

  /** Shows the texts of all documents, each document once. */
  public void visit(CorpusTexts.Visitor visitor) throws IOException {
    Map<String, JsonNode> all = new LinkedHashMap<>();
    documents.values().forEach(byDocno -> byDocno.forEach(all::putIfAbsent));
    for (JsonNode document : all.values()) {
      if (FieldNames.passage(document).isPresent()) {
        visitor.visit(FieldNames.passage(document).get());
      }
    }
  }

  @Override
  public String text(String topic, String docno) throws TextSourceException {
    JsonNode document = document(topic, docno);
    return FieldNames.passage(document)
        .orElseThrow(
            () ->
                new TextSourceException(
                    file.name()
                        + ": document "
                        + docno
                        + " of topic "
                        + topic
                        + " has "
                        + FieldNames.noPassage(document)));
  }

  @Override
  public boolean has(String topic, String docno) {
    return documents.getOrDefault(topic, Map.of()).containsKey(docno);
  }

  @Override
  public String noun() {
    return "the candidate pool";
  }

  @Override
  public CleaningSample sample() {
    return sample;
  }

  @Override
  public JsonNode query(Candidates topic) {
    JsonNode query = queries.get(topic.topic());
    return query == null ? TextSource.super.query(topic) : query;
  }

  @Override
  public JsonNode document(String topic, String docno) {
    return documents.getOrDefault(topic, Map.of()).getOrDefault(docno, MAPPER.nullNode());
  }

  @Override
  public Map<String, Object> identity() throws IOException {
    return Hashes.of(file);
  }

  @Override
  public void close() {}

  /** Writes reranked topics as requests, with queries and documents as they came in. */
  public static void write(Path file, List<Candidates> topics, Run run, TextSource texts)
      throws IOException {
    AtomicFile.write(
        file,
        out -> {
          for (Candidates topic : topics) {
            ObjectNode request = MAPPER.createObjectNode();
            request.set("query", texts.query(topic));
            ArrayNode candidates = request.putArray("candidates");
            for (RankedDoc doc : run.ranking(topic.topic()).orElseThrow().stream().toList()) {
              ObjectNode candidate = candidates.addObject();
              candidate.put("docid", doc.docno()).put("score", doc.score());
              candidate.set("doc", texts.document(topic.topic(), doc.docno()));
            }
            out.write(MAPPER.writeValueAsString(request) + "\n");
          }
        });
  }
}
