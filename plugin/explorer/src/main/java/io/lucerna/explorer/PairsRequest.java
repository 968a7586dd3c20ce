package io.lucerna.explorer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which scores are to be looked into: one, or two that are compared.
 *
 * @param topic a topic's id; empty for a query that is typed in
 * @param query the text; empty with a topic
 * @param passages one or two
 * @param page names the page that asks; empty if none does
 */
record PairsRequest(String topic, String query, List<Passage> passages, String page)
    implements Paged {
  /** The longest text that a passage may be given. */
  static final int LONGEST_TEXT = 16_000;

  /**
   * Reads and checks a request.
   *
   * @throws Refusal if something is missing or too large
   */
  @JsonCreator
  static PairsRequest of(
      @JsonProperty("topic") @Nullable String topic,
      @JsonProperty("query") @Nullable String query,
      @JsonProperty("passages") @Nullable List<Passage> passages,
      @JsonProperty("page") @Nullable String page) {
    if (passages == null || passages.isEmpty() || passages.size() > 2 || passages.contains(null)) {
      throw new Refusal(400, "give one passage, or two");
    }
    RankRequest asked = RankRequest.of(topic, query, null, null, page);
    return new PairsRequest(asked.topic(), asked.query(), passages, asked.page());
  }

  /**
   * A passage.
   *
   * @param docno the document's id
   * @param text what is read in place of its text; null for its text
   * @param query what is read in place of the topic's query; null for that
   */
  record Passage(String docno, @Nullable String text, @Nullable String query) {
    /**
     * Reads and checks a passage.
     *
     * @throws Refusal if something is missing or too large
     */
    @JsonCreator
    static Passage of(
        @JsonProperty("docno") @Nullable String docno,
        @JsonProperty("text") @Nullable String text,
        @JsonProperty("query") @Nullable String query) {
      if (docno == null) {
        throw new Refusal(400, "a passage has no docno");
      }
      return new Passage(
          RankRequest.bounded("docno", docno, RankRequest.LONGEST_QUERY),
          text == null ? null : RankRequest.bounded("text", text, LONGEST_TEXT),
          query == null ? null : RankRequest.bounded("query", query, RankRequest.LONGEST_QUERY));
    }
  }
}
