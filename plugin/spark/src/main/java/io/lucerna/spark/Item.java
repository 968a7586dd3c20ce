package io.lucerna.spark;

import java.io.Serializable;

/**
 * A piece of work.
 *
 * @param id by which each executor finds it in the command's inputs
 * @param weight how much work it is, compared with others
 */
record Item(String id, long weight) implements Serializable {}
