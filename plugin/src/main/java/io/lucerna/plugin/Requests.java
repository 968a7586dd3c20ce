package io.lucerna.plugin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reranking requests as RankLLM and Anserini exchange them: JSON lines of {@code query} with {@code
 * qid} and {@code text}, and {@code candidates} with {@code docid}, {@code score} and {@code doc}.
 */
final class Requests implements TextSource {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final List<Candidates> topics = new ArrayList<>();
  private final Map<String, ObjectNode> queries = new HashMap<>();

  /** Documents by topic and docno: two topics may give the same document in different words. */
  private final Map<String, Map<String, JsonNode>> documents = new LinkedHashMap<>();

  private Requests(Path file) {
    this.file = file;
  }

  /** Whether a path names a file of requests. */
  static boolean isRequests(String path) {
    return path.endsWith(".jsonl");
  }

  /**
   * Reads a file.
   *
   * @throws CommandException if a line is no request, naming file and line
   */
  static Requests read(Path file) throws IOException {
    Requests requests = new Requests(file);
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      if (!line.isBlank()) {
        requests.add(line, number);
      }
    }
    if (requests.topics.isEmpty()) {
      throw new CommandException(ExitCode.INPUT, file + ": no requests in the file");
    }
    return requests;
  }

  private void add(String line, int number) {
    JsonNode request;
    try {
      request = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw fault(number, "not a JSON object: " + e.getOriginalMessage());
    }
    JsonNode query = request.path("query");
    String qid = query.path("qid").asText("");
    if (qid.isEmpty() || !query.path("text").isTextual() || !request.path("candidates").isArray()) {
      throw fault(number, "expected {\"query\": {\"qid\", \"text\"}, \"candidates\": [...]}");
    }
    if (queries.putIfAbsent(qid, (ObjectNode) query) != null) {
      throw fault(number, "a second request for topic " + qid);
    }
    Map<String, JsonNode> byDocno = new HashMap<>();
    List<RankedDoc> ranked = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (JsonNode candidate : request.path("candidates")) {
      String docno = candidate.path("docid").asText("");
      JsonNode score = candidate.path("score");
      if (docno.isEmpty() || !score.isNumber() || !Float.isFinite(score.floatValue())) {
        throw fault(number, "a candidate needs a docid and a finite score, got " + candidate);
      }
      if (!seen.add(docno)) {
        throw fault(number, "document " + docno + " occurs twice for topic " + qid);
      }
      byDocno.put(docno, candidate.path("doc"));
      ranked.add(new RankedDoc(docno, score.floatValue()));
    }
    documents.put(qid, byDocno);
    topics.add(new Candidates(query.path("text").asText(), Ranking.of(qid, ranked)));
  }

  private CommandException fault(int line, String what) {
    return new CommandException(ExitCode.INPUT, file + ":" + line + ": " + what);
  }

  /** The topics in the order of the file. */
  List<Candidates> topics() {
    return topics;
  }

  @Override
  public String text(String topic, String docno) {
    return JsonText.passage(document(topic, docno))
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCode.INPUT,
                    file
                        + ": document "
                        + docno
                        + " of topic "
                        + topic
                        + " has no text: expected a field contents, or title and text, in doc"));
  }

  @Override
  public JsonNode query(Candidates topic) {
    return queries.getOrDefault(topic.topic(), MAPPER.createObjectNode());
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
  static void write(Path file, List<Candidates> topics, Run run, TextSource texts)
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
