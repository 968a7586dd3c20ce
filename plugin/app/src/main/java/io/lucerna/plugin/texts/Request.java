package io.lucerna.plugin.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.topics.FieldNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One request. Its {@code query} has {@code qid} and {@code text}, its {@code candidates} each
 * {@code docid}, {@code score} and {@code doc}. In the older form the query is plain text, and the
 * {@code hits} have {@code content} in place of {@code doc}, and the {@code qid}. Candidates
 * without scores are ranked by {@code rank} or, without that too, in their order.
 *
 * @param query as it came in
 * @param candidates the query's text, and the ranking
 * @param documents the candidates' documents, as they came in, by id; null where there is none
 */
record Request(JsonNode query, Candidates candidates, Map<String, JsonNode> documents) {
  private static final String FORM =
      "expected {\"query\": {\"qid\", \"text\"}, \"candidates\": [{\"docid\", \"score\", \"doc\"},"
          + " ...]} or {\"query\", \"hits\": [{\"qid\", \"docid\", \"score\", \"content\"}, ...]}: ";

  /** What orders the candidates of a request. */
  private enum Order {
    SCORE,
    RANK,
    PLACE
  }

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Request of(JsonNode request, Ids ids) {
    JsonNode query = request.path("query");
    JsonNode list = request.path(request.has("candidates") ? "candidates" : "hits");
    if (!query.isObject() && !query.isTextual()) {
      throw new IllegalArgumentException(FORM + "there is no query");
    }
    if (!list.isArray()) {
      throw new IllegalArgumentException(FORM + "there is no array of candidates or hits");
    }
    String text =
        text(query)
            .orElseThrow(() -> new IllegalArgumentException(FORM + FieldNames.noQuery(query)));
    String qid = qid(request, query, list);
    require(ids.fault("topic", qid));
    Order order = order(list, qid);
    Map<String, JsonNode> documents = new LinkedHashMap<>();
    List<RankedDoc> ranked = new ArrayList<>();
    for (JsonNode candidate : list) {
      String docno = docno(candidate);
      require(ids.fault("document", docno));
      if (documents.putIfAbsent(docno, document(candidate)) != null) {
        throw new IllegalArgumentException("document " + docno + " occurs twice for topic " + qid);
      }
      float score =
          switch (order) {
            case SCORE -> score(candidate.path("score"), docno);
            case RANK -> -score(candidate.path("rank"), docno);
            case PLACE -> -ranked.size() - 1;
          };
      ranked.add(new RankedDoc(docno, score));
    }
    return new Request(query, new Candidates(text, Ranking.of(qid, ranked)), documents);
  }

  private static void require(Optional<String> fault) {
    if (fault.isPresent()) {
      throw new IllegalArgumentException(fault.get());
    }
  }

  private static Optional<String> text(JsonNode query) {
    if (query.isTextual()) {
      return Optional.of(query.asText());
    }
    return query.path("text").isTextual()
        ? Optional.of(query.path("text").asText())
        : FieldNames.query(query);
  }

  /** The id of the topic: the query's, or the request's, or the one that all hits have. */
  private static String qid(JsonNode request, JsonNode query, JsonNode list) {
    Optional<String> id = topicId(query).or(() -> topicId(request));
    if (id.isPresent()) {
      return id.get();
    }
    for (JsonNode hit : list) {
      Optional<String> own = named(hit, "qid");
      if (id.isPresent() && !own.equals(id)) {
        throw new IllegalArgumentException(
            "the hits of one query have several topics: " + id.get() + ", " + own.orElse("none"));
      }
      id = own;
    }
    return id.orElseThrow(() -> new IllegalArgumentException(FORM + FieldNames.noTopicId(query)));
  }

  private static Optional<String> topicId(JsonNode object) {
    return named(object, "qid").or(() -> FieldNames.topicId(object));
  }

  private static String docno(JsonNode candidate) {
    return named(candidate, "docid")
        .or(() -> FieldNames.documentId(candidate))
        .or(() -> FieldNames.documentId(candidate.path("doc")))
        .orElseThrow(() -> new IllegalArgumentException(FieldNames.noDocumentId(candidate)));
  }

  private static Optional<String> named(JsonNode object, String name) {
    JsonNode value = object.path(name);
    return value.isTextual() || value.isNumber() ? Optional.of(value.asText()) : Optional.empty();
  }

  /** The document of a candidate, in the form that is written. */
  private static JsonNode document(JsonNode candidate) {
    JsonNode document = candidate.path("doc");
    if (!document.isMissingNode() && !document.isNull()) {
      return document;
    }
    JsonNodeFactory make = JsonNodeFactory.instance;
    return FieldNames.passage(candidate)
        .<JsonNode>map(text -> make.objectNode().put("contents", text))
        .orElse(make.nullNode());
  }

  /** Scores, unless no candidate has one; then ranks, unless none has one. */
  private static Order order(JsonNode list, String qid) {
    for (Order order : List.of(Order.SCORE, Order.RANK)) {
      String field = order == Order.SCORE ? "score" : "rank";
      int having = 0;
      for (JsonNode candidate : list) {
        having += candidate.hasNonNull(field) ? 1 : 0;
      }
      if (having == list.size()) {
        return order;
      }
      if (having > 0) {
        throw new IllegalArgumentException(
            "of the candidates for topic " + qid + " only some have a " + field);
      }
    }
    return Order.PLACE;
  }

  private static float score(JsonNode number, String docno) {
    if (!number.isNumber() || !Float.isFinite(number.floatValue())) {
      throw new IllegalArgumentException(
          "document " + docno + ": a score or rank must be a finite number, got " + number);
    }
    return number.floatValue();
  }
}
