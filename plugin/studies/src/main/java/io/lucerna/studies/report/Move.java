package io.lucerna.studies.report;

import java.util.OptionalInt;

/**
 * One document of one topic's ranking, without and with the intervention.
 *
 * @param grade empty if it is not judged
 * @param rankBefore from 1
 * @param rankAfter from 1
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
