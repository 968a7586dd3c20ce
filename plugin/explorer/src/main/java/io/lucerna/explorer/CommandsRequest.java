package io.lucerna.explorer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers command lines are to give.
 *
 * @param ranked what was ranked
 * @param docno the document whose score is explained; empty for none
 */
record CommandsRequest(RankRequest ranked, String docno) {

  /**
   * Reads and checks a request.
   *
   * @throws Refusal if something is missing or too large
   */
  @JsonCreator
  static CommandsRequest of(
      @JsonProperty("topic") @Nullable String topic,
      @JsonProperty("query") @Nullable String query,
      @JsonProperty("depth") @Nullable Integer depth,
      @JsonProperty("spec") @Nullable String spec,
      @JsonProperty("reads") @Nullable String reads,
      @JsonProperty("edit") RankRequest.@Nullable Edit edit,
      @JsonProperty("docno") @Nullable String docno) {
    return new CommandsRequest(
        RankRequest.of(topic, query, depth, spec, null, reads, edit),
        RankRequest.text("docno", docno, RankRequest.LONGEST_QUERY));
  }
}
