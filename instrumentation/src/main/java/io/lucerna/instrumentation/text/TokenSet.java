package io.lucerna.instrumentation.text;

import io.lucerna.base.Caret;
import io.lucerna.base.Given;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of a text: those with one of the roles, and those at some places. Sorted and joined,
 * so that equal sets are equal. Written {@code all}, or items separated by commas: {@code
 * cls,passage,3-5,-1}. docs/positions.md describes the grammar.
 *
 * @param roles roles, in the order of {@link Role}
 * @param spans places
 */
public record TokenSet(Set<Role> roles, List<Span> spans) {
  /** The roles that a passage's own tokens have. */
  public static final Set<Role> PASSAGE =
      Collections.unmodifiableSet(
          EnumSet.of(Role.MATCH, Role.STEM, Role.INJECTED, Role.FILLER, Role.OTHER));

  /** Every token. */
  public static final TokenSet ALL = new TokenSet(EnumSet.allOf(Role.class), List.of());

  /** The farthest place that can be named, from either end. */
  public static final int FARTHEST = 1_000_000;

  private static final Pattern SPAN = Pattern.compile("(-?\\d{1,7})(?:-(-?\\d{1,7}))?");

  /** May precede a role. */
  private static final String ROLE = "role:";

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

  /**
   * Sorts and joins.
   *
   * @throws IllegalArgumentException if there is neither a role nor a place
   */
  public TokenSet {
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

  /**
   * Reads a set.
   *
   * @param text items separated by commas, without whitespace, such as {@code cls,3-5}
   * @return what is in any of the items
   * @throws IllegalArgumentException pointing at the item that is wrong, and saying what is allowed
   */
  public static TokenSet parse(String text) {
    @Nullable TokenSet all = null;
    int index = 0;
    for (String item : text.split(",", -1)) {
      try {
        TokenSet next = item(item);
        all = all == null ? next : all.and(next);
      } catch (IllegalArgumentException e) {
        String what = Caret.at(text, index, String.valueOf(e.getMessage()));
        throw new IllegalArgumentException("positions, " + what, e);
      }
      index += item.length() + 1;
    }
    return Given.value(all, "the set of positions");
  }

  /**
   * Reads one item of a set: what is between two commas.
   *
   * @param item {@code all}, {@code passage}, a role, a position or a range
   * @return the set of this item alone
   * @throws IllegalArgumentException saying what is allowed
   */
  public static TokenSet item(String item) {
    Matcher span = SPAN.matcher(item);
    if (span.matches()) {
      int from = Integer.parseInt(span.group(1));
      int to = span.group(2) == null ? from : Integer.parseInt(span.group(2));
      return new TokenSet(Set.of(), List.of(new Span(from, to)));
    }
    if (item.equals("mean") || item.startsWith("mean:")) {
      throw new IllegalArgumentException(
          "a mean over positions is no set of tokens; only record keeps one, by mean or mean:SET");
    }
    return switch (item) {
      case "all" -> ALL;
      case "passage" -> new TokenSet(PASSAGE, List.of());
      default ->
          Arrays.stream(Role.values())
              .filter(role -> item.equals(role.option()) || item.equals(ROLE + role.option()))
              .findFirst()
              .map(TokenSet::of)
              .orElseThrow(() -> new IllegalArgumentException(expected()));
    };
  }

  private static String expected() {
    List<String> roles = Arrays.stream(Role.values()).map(Role::option).toList();
    return "expected all, passage, a role ("
        + String.join(", ", roles)
        + "), a position such as 0 or -1, or a range such as 3-5";
  }

  private static TokenSet of(Role role) {
    return new TokenSet(Set.of(role), List.of());
  }

  /**
   * {@return a set of what is in one of both, or in both}
   *
   * @param other the set to add
   */
  public TokenSet and(TokenSet other) {
    Set<Role> bothRoles = EnumSet.noneOf(Role.class);
    bothRoles.addAll(roles);
    bothRoles.addAll(other.roles);
    List<Span> bothSpans = new ArrayList<>(spans);
    bothSpans.addAll(other.spans);
    return new TokenSet(bothRoles, bothSpans);
  }

  /** {@return whether every token of every text is meant} */
  public boolean everywhere() {
    return roles.size() == Role.values().length
        || spans.stream().anyMatch(span -> span.from == 0 && span.to == -1);
  }

  /** {@return whether some roles of a passage's tokens are meant and some are not} */
  public boolean partPassage() {
    return !roles.containsAll(PASSAGE) && roles.stream().anyMatch(PASSAGE::contains);
  }

  /**
   * {@return whether texts of a side can have such tokens at all}
   *
   * @param side what the texts are
   */
  public boolean on(Side side) {
    return !spans.isEmpty()
        || switch (side) {
          case PAIR -> true;
          case QUERY -> roles.stream().anyMatch(role -> !PASSAGE.contains(role));
          case PASSAGE -> roles.stream().anyMatch(role -> role != Role.QUERY);
        };
  }

  /**
   * {@return the places of a text that are meant, in order; never one of the padding}
   *
   * @param text a text without padding
   */
  public int[] in(TokenSequence text) {
    return IntStream.range(0, text.length())
        .filter(
            p ->
                roles.contains(text.tokens().get(p).role())
                    || spans.stream().anyMatch(span -> span.contains(p, text.length())))
        .toArray();
  }

  /** {@return the items of the printed form, each a set of its own} */
  public Map<String, TokenSet> items() {
    if (everywhere()) {
      return Map.of("all", this);
    }
    Map<String, TokenSet> items = new LinkedHashMap<>();
    boolean passage = roles.containsAll(PASSAGE);
    for (Role role : roles) {
      if (!passage || !PASSAGE.contains(role)) {
        items.put(role.option(), of(role));
      }
    }
    if (passage) {
      items.put("passage", new TokenSet(PASSAGE, List.of()));
    }
    spans.forEach(span -> items.put(span.toString(), new TokenSet(Set.of(), List.of(span))));
    return items;
  }

  /** One form for each set: {@code cls,passage,3-5,-1}. */
  @Override
  public String toString() {
    return String.join(",", items().keySet());
  }
}
