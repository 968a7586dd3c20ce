package io.lucerna.studies.patch;

import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.topics.ContrastPair;
import java.util.Optional;

/**
 * A pair that does not count.
 *
 * @param pair the pair
 * @param direction in which it does not; empty for all
 * @param reason what such pairs are counted by
 * @param detail more about it, or empty
 */
public record Excluded(
    ContrastPair pair, Optional<Direction> direction, String reason, String detail) {}
