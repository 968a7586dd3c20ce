package io.lucerna.studies.ranking;

import java.util.OptionalInt;

/**
 * One document of one topic's ranking, without and with the intervention: a row of {@code
 * moves.csv}, which has the topics that changed most.
 *
 * @param condition the condition's id
 * @param topic the topic's id
 * @param docid the document's id
 * @param grade empty if it is not judged
 * @param rankBefore from 1
 * @param rankAfter from 1
 * @param scoreBefore its score without the intervention
 * @param scoreAfter its score with it
 */
public record Move(
    String condition,
    String topic,
    String docid,
    OptionalInt grade,
    int rankBefore,
    int rankAfter,
    double scoreBefore,
    double scoreAfter) {}
