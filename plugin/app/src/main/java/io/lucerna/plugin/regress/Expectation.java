package io.lucerna.plugin.regress;

/**
 * A number that should come out.
 *
 * @param metric how it is measured
 * @param value the number
 * @param tolerance how far the measured number may be from it
 * @param higherIsWell whether a higher number is well too: Anserini's rule
 */
record Expectation(Metric metric, double value, double tolerance, boolean higherIsWell) {}
