package io.lucerna.explorer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose attention is to be shown, while which passage is read.
 *
 * @param ranked what is done to the model, and what is ranked with it
 * @param pair the one passage
 * @param head such as {@code L3H7}; empty for small pictures of all
 */
record AttentionRequest(RankRequest ranked, PairsRequest pair, String head) implements Paged {
  private static final int LONGEST_HEAD = 16;

  /**
   * Reads and checks a request.
   *
   * @throws Refusal if something is missing or too large
   */
  @JsonCreator
  static AttentionRequest of(
      @JsonProperty("topic") @Nullable String topic,
      @JsonProperty("query") @Nullable String query,
      @JsonProperty("depth") @Nullable Integer depth,
      @JsonProperty("passages") @Nullable List<PairsRequest.Passage> passages,
      @JsonProperty("spec") @Nullable String spec,
      @JsonProperty("head") @Nullable String head,
      @JsonProperty("page") @Nullable String page) {
    PairsRequest pair = PairsRequest.of(topic, query, passages, page);
    if (pair.passages().size() > 1) {
      throw new Refusal(400, "attention is shown of one passage at a time");
    }
    return new AttentionRequest(
        RankRequest.of(topic, query, depth, spec, page),
        pair,
        head == null ? "" : RankRequest.bounded("head", head, LONGEST_HEAD));
  }

  @Override
  public String page() {
    return pair.page();
  }
}
