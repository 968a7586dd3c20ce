package io.lucerna.reranker.input;

/**
 * What a pair that is too long loses. A text that is read alone loses its end, whatever is said.
 */
public enum Truncation {
  /**
   * The passage is cut first. A query of more than half of the room that both share is cut to that
   * half.
   */
  PASSAGE("passage"),
  /**
   * The longer text is cut until both are equally long, then both (transformers' longest_first).
   */
  LONGEST("longest"),
  /** The passage is cut, and a query that leaves no room for it is refused. */
  STRICT("strict");

  private final String option;

  Truncation(String option) {
    this.option = option;
  }

  /**
   * {@return the truncation of an option's value: {@code passage}, {@code longest} or {@code
   * strict}}
   *
   * @param option the option's value
   * @throws IllegalArgumentException naming these
   */
  public static Truncation parse(String option) {
    for (Truncation truncation : values()) {
      if (truncation.option.equals(option)) {
        return truncation;
      }
    }
    throw new IllegalArgumentException(
        "truncate must be passage, longest or strict, got " + option);
  }

  /** How many tokens of query and passage are kept. */
  record Kept(int query, int passage) {}

  /**
   * Shares the room for two texts between them.
   *
   * @param query tokens of the query, with those of its prefix for {@link #LONGEST}
   * @param passage those of the passage, in the same way
   * @param room tokens that both may have together
   * @param limit tokens that all may have, with what surrounds the texts
   */
  Kept share(int query, int passage, int room, int limit) {
    if (query + passage <= room) {
      return new Kept(query, passage);
    }
    return switch (this) {
      case STRICT -> new Kept(query, Math.max(0, room - query));
      case PASSAGE -> {
        int kept = Math.min(query, room / 2);
        yield new Kept(kept, Math.min(passage, room - kept));
      }
      case LONGEST -> {
        int shorter = Math.min(query, passage);
        int longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
        if (shorter + longer > room) {
          // Of an odd room the longer text gets more; tokenizers reads no text beyond the limit.
          boolean more = Math.min(query, limit) > Math.min(passage, limit);
          yield new Kept(more ? room - room / 2 : room / 2, more ? room / 2 : room - room / 2);
        }
        yield query > passage ? new Kept(longer, shorter) : new Kept(shorter, longer);
      }
    };
  }

  @Override
  public String toString() {
    return option;
  }
}
