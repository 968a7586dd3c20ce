package io.lucerna.plugin.collections;

import java.util.List;

/**
 * Rankings that come with a collection: reranking requests, which hold queries and texts, so that
 * nothing needs to be indexed.
 *
 * @param passages names what was searched; collections with the same name searched the same
 *     passages
 * @param terms under which the texts may be used
 * @param files the requests; the first is the default
 */
public record FirstStages(String passages, String terms, List<FirstStage> files) {
  /** A collection without any. */
  static final FirstStages NONE = new FirstStages("", "", List.of());

  /**
   * One ranking.
   *
   * @param name what users call it
   * @param requests the file
   */
  public record FirstStage(String name, Source requests) {}

  /**
   * The ranking of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public FirstStage named(String name) {
    return files.stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(name + ": no such first stage; there are " + names()));
  }

  /** Their names, separated by commas. */
  public String names() {
    return String.join(", ", files.stream().map(FirstStage::name).toList());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return files.isEmpty();
  }
}
