package io.lucerna.studies.work;

/**
 * A part of the work that depends on no other.
 *
 * @param id names it, the same in every process that has the same inputs
 * @param size about how much work it is, compared with other items: passages, tokens or characters
 */
public record Item(String id, long size) {}
