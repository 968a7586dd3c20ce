package io.lucerna.explorer;

import io.lucerna.qrels.Qrels;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What is known of topics beside the folder that is opened.
 *
 * @param queries by the topics' ids, as far as they are known
 * @param qrels the judgments; none if there are none
 * @param level the lowest grade that is relevant; empty for that of the folder
 */
public record TopicFacts(Map<String, String> queries, Qrels qrels, OptionalInt level) {}
