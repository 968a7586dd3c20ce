package io.lucerna.topics;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The names under which JSON objects keep ids and texts, for topics, corpora and requests alike.
 *
 * <p>They are those of Anserini and RankLLM ({@code id}, {@code contents}; {@code qid}, {@code
 * docid}, {@code content}), BEIR ({@code _id}, {@code title}, {@code text}), ir_datasets ({@code
 * query_id}, {@code doc_id}), PyTerrier ({@code docno}), and MS MARCO v2 ({@code pid}, {@code
 * passage}; v2.1: {@code segment}). Where an object has several, the first of a list counts. A
 * field that is null counts as missing. A document's text that is no string, such as a list of
 * paragraphs, is not read, and nothing is read in its place but a text under another name.
 */
public final class FieldNames {
  /** Ids of topics. */
  public static final List<String> TOPIC_IDS = List.of("id", "qid", "_id", "query_id", "topic_id");

  /**
   * Ids of documents. A passage of MS MARCO v2 has its own id in {@code pid} and in {@code docid}
   * that of the document it was cut from.
   */
  public static final List<String> DOCUMENT_IDS =
      List.of("id", "_id", "pid", "docid", "doc_id", "docno");

  /** Texts of topics. */
  public static final List<String> QUERIES =
      List.of(
          "title",
          "query",
          "text",
          "question",
          "contents",
          "content",
          "body",
          "passage",
          "segment",
          "abstract");

  /** A passage that is complete without the title. */
  private static final String CONTENTS = "contents";

  private static final String TITLE = "title";

  /** Texts of documents, read after the title where there is one. */
  public static final List<String> BODIES =
      List.of("text", "passage", "segment", "body", "abstract", "content", "question", "query");

  private FieldNames() {}

  /**
   * {@return a topic's id, as it is written; a number counts} Empty if there is none.
   *
   * @param topic an object
   */
  public static Optional<String> topicId(JsonNode topic) {
    return id(topic, TOPIC_IDS);
  }

  /**
   * {@return a document's id, as it is written; a number counts} Empty if there is none.
   *
   * @param document an object
   */
  public static Optional<String> documentId(JsonNode document) {
    return id(document, DOCUMENT_IDS);
  }

  private static Optional<String> id(JsonNode object, List<String> names) {
    return names.stream()
        .map(object::path)
        .filter(value -> value.isTextual() || value.isNumber())
        .map(JsonNode::asText)
        .findFirst();
  }

  /**
   * {@return a topic's text: the first that is not blank} Empty if there is none.
   *
   * @param topic an object
   */
  public static Optional<String> query(JsonNode topic) {
    return QUERIES.stream()
        .map(topic::path)
        .filter(value -> value.isTextual() || value.isNumber())
        .map(JsonNode::asText)
        .filter(text -> !text.isBlank())
        .findFirst();
  }

  /**
   * {@return the passage of a document: {@code contents} alone, or else one of {@link #BODIES}
   * after the title, separated by a space, or else the title} A plain string is its own passage.
   * Empty if there is none, or only a title with an {@linkplain #unreadText unread text}.
   *
   * @param document an object, or a string
   */
  public static Optional<String> passage(JsonNode document) {
    if (document.isTextual()) {
      return Optional.of(document.asText());
    }
    if (document.path(CONTENTS).isTextual()) {
      return Optional.of(document.path(CONTENTS).asText());
    }
    String title = document.path(TITLE).asText("");
    for (String name : BODIES) {
      if (document.path(name).isTextual()) {
        return Optional.of((title + " " + document.path(name).asText()).strip());
      }
    }
    return document.path(TITLE).isTextual() && unreadText(document).isEmpty()
        ? Optional.of(title)
        : Optional.empty();
  }

  /**
   * {@return the first field under a name of texts whose value is no string, such as a list of
   * paragraphs} Empty if there is none.
   *
   * @param document an object
   */
  public static Optional<String> unreadText(JsonNode document) {
    return Stream.concat(Stream.of(CONTENTS), BODIES.stream())
        .filter(name -> document.hasNonNull(name) && !document.path(name).isTextual())
        .findFirst();
  }

  /**
   * {@return a message that an object has no topic id, with the fields that it has}
   *
   * @param object where the id was looked for
   */
  public static String noTopicId(JsonNode object) {
    return missing("topic id", TOPIC_IDS, object);
  }

  /**
   * {@return a message that an object has no query, with the fields that it has}
   *
   * @param object where the query was looked for
   */
  public static String noQuery(JsonNode object) {
    return missing("query", QUERIES, object);
  }

  /**
   * {@return a message that an object has no document id, with the fields that it has}
   *
   * @param object where the id was looked for
   */
  public static String noDocumentId(JsonNode object) {
    return missing("document id", DOCUMENT_IDS, object);
  }

  /**
   * {@return a message that an object has no passage, with the text that is not read or the fields
   * that it has}
   *
   * @param object where the passage was looked for
   */
  public static String noPassage(JsonNode object) {
    Optional<String> unread = unreadText(object);
    if (unread.isPresent()) {
      String type = object.path(unread.get()).getNodeType().name().toLowerCase(Locale.ROOT);
      return "no text: field " + unread.get() + " must be a string, but its type is " + type;
    }
    List<String> names = new ArrayList<>(List.of(CONTENTS, TITLE));
    names.addAll(BODIES);
    return missing("text", names, object);
  }

  /** What was expected, and what is there. */
  private static String missing(String what, List<String> names, JsonNode object) {
    List<String> has = new ArrayList<>();
    object.fieldNames().forEachRemaining(has::add);
    int last = names.size() - 1;
    return "no "
        + what
        + ": expected a field "
        + String.join(", ", names.subList(0, last))
        + " or "
        + names.get(last)
        + "; "
        + (has.isEmpty()
            ? "there is no field"
            : "the fields are " + String.join(", ", has.subList(0, Math.min(has.size(), 12))))
        + (has.size() > 12 ? ", ..." : "");
  }
}
