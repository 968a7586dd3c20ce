package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which tokens of a text: those with one of the roles, and those at some places. Sorted and joined,
 * so that equal sets are equal.
 *
 * @param roles roles, in the order of {@link Role}
 * @param spans places
 */
public record Positions(Set<Role> roles, List<Span> spans) {
  /** The roles that a passage's own tokens have. */
  public static final Set<Role> PASSAGE =
      Collections.unmodifiableSet(
          EnumSet.of(Role.MATCH, Role.STEM, Role.INJECTED, Role.FILLER, Role.OTHER));

  /** The farthest place that can be named, from either end. */
  static final int FARTHEST = 1_000_000;

  /**
   * Places in a text, both ends included. Numbers below 0 count from the end: -1 is the last token.
   *
   * @param from the first
   * @param to the last; not before {@code from} in any text
   */
  public record Span(int from, int to) {
    /** Checks the order. */
    public Span {
      if (Math.abs((long) from) > FARTHEST || Math.abs((long) to) > FARTHEST) {
        throw new IllegalArgumentException(
            "a position is between -" + FARTHEST + " and " + FARTHEST);
      }
      if (from < 0 && to >= 0 || (from < 0) == (to < 0) && to < from) {
        throw new IllegalArgumentException("a range of positions goes up, got " + from + "-" + to);
      }
    }

    private boolean sameSign() {
      return (from < 0) == (to < 0);
    }

    private boolean joins(Span next) {
      return sameSign() && next.sameSign() && (from < 0) == (next.from < 0) && next.from <= to + 1;
    }

    private boolean contains(int position, int length) {
      int first = from < 0 ? from + length : from;
      int last = to < 0 ? to + length : to;
      return first <= position && position <= last;
    }

    @Override
    public String toString() {
      return from == to ? Integer.toString(from) : from + "-" + to;
    }
  }

  /** Sorts and joins. */
  public Positions {
    if (roles.isEmpty() && spans.isEmpty()) {
      throw new IllegalArgumentException("positions need at least one role or position");
    }
    EnumSet<Role> ordered = EnumSet.noneOf(Role.class);
    ordered.addAll(roles);
    roles = Collections.unmodifiableSet(ordered);
    List<Span> joined = new ArrayList<>();
    Comparator<Span> order = Comparator.comparingInt(Span::from).thenComparingInt(Span::to);
    for (Span span : spans.stream().sorted(order).distinct().toList()) {
      if (!joined.isEmpty() && joined.getLast().joins(span)) {
        Span last = joined.removeLast();
        joined.add(new Span(last.from, Math.max(last.to, span.to)));
      } else {
        joined.add(span);
      }
    }
    spans = List.copyOf(joined);
  }

  /** Whether every token of every text is meant. */
  boolean everywhere() {
    return roles.size() == Role.values().length
        || spans.stream().anyMatch(span -> span.from == 0 && span.to == -1);
  }

  /** Whether some roles of a passage's tokens are meant and some are not. */
  boolean partPassage() {
    return !roles.containsAll(PASSAGE) && roles.stream().anyMatch(PASSAGE::contains);
  }

  /** The places of a text that are meant, in order; never one of the padding. */
  public int[] in(TokenSequence text) {
    return IntStream.range(0, text.length())
        .filter(
            p ->
                roles.contains(text.tokens().get(p).role())
                    || spans.stream().anyMatch(span -> span.contains(p, text.length())))
        .toArray();
  }

  /** As in a spec: {@code cls,passage,3-5,-1}. */
  @Override
  public String toString() {
    List<String> items = new ArrayList<>();
    boolean passage = roles.containsAll(PASSAGE);
    for (Role role : roles) {
      if (!passage || !PASSAGE.contains(role)) {
        items.add(role.option());
      }
    }
    if (passage) {
      items.add("passage");
    }
    spans.forEach(span -> items.add(span.toString()));
    return String.join(",", items);
  }
}
