package io.lucerna.studies.ranking;

/**
 * One topic under one condition by one measure: a row of {@code topics.csv}.
 *
 * @param condition the condition's id
 * @param topic the topic's id
 * @param measure the measure's name in ir-measures
 * @param value the topic's value with the intervention
 * @param baseline the value without the intervention
 * @param change value minus baseline
 */
public record TopicValue(
    String condition, String topic, String measure, double value, double baseline, double change) {}
