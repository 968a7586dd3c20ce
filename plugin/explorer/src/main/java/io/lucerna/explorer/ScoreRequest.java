package io.lucerna.explorer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passages that the sender brings, which need not be in the collection.
 *
 * @param topic what the sender calls the query; may be empty
 * @param query the text
 * @param passages at least one
 * @param spec what is done to the model; empty for nothing
 * @param page names the page that asks; empty if none does
 */
record ScoreRequest(String topic, String query, List<Passage> passages, String spec, String page)
    implements Paged {
  /** The longest body, in bytes. */
  static final int LONGEST_BODY = 1 << 22;

  private static final int MOST = 1000;

  /**
   * Reads and checks a request.
   *
   * @throws Refusal if something is missing, too large or there twice
   */
  @JsonCreator
  static ScoreRequest of(
      @JsonProperty("topic") @Nullable String topic,
      @JsonProperty("query") @Nullable String query,
      @JsonProperty("passages") @Nullable List<Passage> passages,
      @JsonProperty("spec") @Nullable String spec,
      @JsonProperty("page") @Nullable String page) {
    if (query == null || query.isBlank()) {
      throw new Refusal(400, "the query is missing");
    }
    if (passages == null || passages.isEmpty() || passages.size() > MOST) {
      int given = passages == null ? 0 : passages.size();
      throw new Refusal(400, "passages must be 1.." + MOST + ", got " + given);
    }
    Set<String> known = new HashSet<>();
    for (Passage passage : passages) {
      if (passage == null) {
        throw new Refusal(400, "a passage is null");
      }
      if (!known.add(passage.docno())) {
        throw new Refusal(400, "document " + passage.docno() + " is given twice");
      }
    }
    RankRequest asked = RankRequest.of(null, query, null, spec, page);
    String named = RankRequest.text("topic", topic, RankRequest.LONGEST_QUERY);
    return new ScoreRequest(named, query, passages, asked.spec(), asked.page());
  }

  /**
   * A passage.
   *
   * @param docno what the sender calls it
   */
  record Passage(String docno, String text) {
    /**
     * Reads and checks a passage.
     *
     * @throws Refusal if something is missing or too large
     */
    @JsonCreator
    static Passage of(
        @JsonProperty("docno") @Nullable String docno,
        @JsonProperty("text") @Nullable String text) {
      if (docno == null) {
        throw new Refusal(400, "a passage has no docno");
      }
      String named = RankRequest.text("docno", docno, RankRequest.LONGEST_QUERY);
      if (text == null) {
        throw new Refusal(400, "document " + named + " has no text");
      }
      return new Passage(named, text);
    }
  }
}
