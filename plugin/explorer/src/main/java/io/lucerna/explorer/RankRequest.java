package io.lucerna.explorer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What is to be ranked.
 *
 * @param topic a topic's id; empty for a query that is typed in
 * @param query the text; empty with a topic
 * @param depth how many documents the model reads, at most; null for the default
 * @param spec what is done to the model; empty for nothing
 * @param page names the page that asks, whose earlier requests are given up; empty if none does
 * @param reads what the model reads in place of the query; empty for the query
 * @param edit another text of one document; null for none
 */
record RankRequest(
    String topic,
    String query,
    @Nullable Integer depth,
    String spec,
    String page,
    String reads,
    @Nullable Edit edit)
    implements Paged {
  /** The longest query, in characters. */
  static final int LONGEST_QUERY = 2_000;

  private static final int LONGEST_SPEC = 16_000;
  private static final int LONGEST_PAGE = 64;

  /**
   * Reads and checks a request.
   *
   * @throws Refusal if something is missing or too large
   */
  @JsonCreator
  static RankRequest of(
      @JsonProperty("topic") @Nullable String topic,
      @JsonProperty("query") @Nullable String query,
      @JsonProperty("depth") @Nullable Integer depth,
      @JsonProperty("spec") @Nullable String spec,
      @JsonProperty("page") @Nullable String page,
      @JsonProperty("reads") @Nullable String reads,
      @JsonProperty("edit") @Nullable Edit edit) {
    RankRequest request =
        new RankRequest(
            text("topic", topic, LONGEST_QUERY),
            text("query", query, LONGEST_QUERY),
            depth,
            text("spec", spec, LONGEST_SPEC),
            text("page", page, LONGEST_PAGE),
            text("reads", reads, LONGEST_QUERY),
            edit);
    if (request.topic.isEmpty() == request.query.isEmpty()) {
      throw new Refusal(400, "give a topic or a query, and not both");
    }
    return request;
  }

  /** A request without edits. */
  static RankRequest of(
      @Nullable String topic,
      @Nullable String query,
      @Nullable Integer depth,
      @Nullable String spec,
      @Nullable String page) {
    return of(topic, query, depth, spec, page, null, null);
  }

  /**
   * Another text of a document.
   *
   * @param docno one that the model reads
   */
  record Edit(String docno, String text) {
    /**
     * Reads and checks an edit.
     *
     * @throws Refusal if something is missing or too large
     */
    @JsonCreator
    static Edit of(
        @JsonProperty("docno") @Nullable String docno,
        @JsonProperty("text") @Nullable String text) {
      if (docno == null || text == null) {
        throw new Refusal(400, "an edit has a docno and a text");
      }
      return new Edit(
          bounded("docno", docno, LONGEST_QUERY), bounded("text", text, PairsRequest.LONGEST_TEXT));
    }
  }

  /** Whether the model, or what it reads, is another. */
  boolean changes() {
    return !spec.isEmpty() || !reads.isEmpty() || edit != null;
  }

  /**
   * The depth that is asked for.
   *
   * @param usual that where none is asked for
   * @param deepest the largest that is allowed
   * @throws Refusal if it is larger, or not at least 1
   */
  int depth(int usual, int deepest) {
    int asked = depth == null ? usual : depth;
    if (asked < 1 || asked > deepest) {
      throw new Refusal(400, "depth must be in 1.." + deepest + ", got " + asked);
    }
    return asked;
  }

  /**
   * A field's text.
   *
   * @throws Refusal if it is too long
   */
  static String text(String field, @Nullable String value, int most) {
    return value == null ? "" : bounded(field, value, most).strip();
  }

  /**
   * A text that is not too long.
   *
   * @throws Refusal if it is
   */
  static String bounded(String field, String value, int most) {
    if (value.length() > most) {
      throw new Refusal(
          400, field + " has " + value.length() + " characters; " + most + " are allowed");
    }
    return value;
  }
}
