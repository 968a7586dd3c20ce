package io.lucerna.studies.report;

/**
 * One topic under one condition by one measure.
 *
 * @param baseline the value without the intervention
 * @param change value minus baseline
 */
public record TopicValue(
    String condition, String topic, String measure, double value, double baseline, double change) {}
