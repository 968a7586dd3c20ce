package io.lucerna.instrumentation.recording;

import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which positions of an input are kept: {@code all}, {@code cls}, {@code query}, {@code passage},
 * {@code role:match,stem}, or numbers and ranges, {@code 0,3,5-9}. Prints as it parses.
 */
public final class Positions {
  private static final String ROLE = "role:";
  private static final int MOST_DIGITS = 6;
  private static final Set<Role> OF_PASSAGE =
      EnumSet.of(Role.MATCH, Role.STEM, Role.INJECTED, Role.FILLER, Role.OTHER);

  /** One of the things that were asked for; a position is kept if any part has it. */
  private sealed interface Part {
    /** Whether inputs of that side can have such positions at all. */
    boolean on(Side side);

    boolean has(int position, Role role);
  }

  /** All positions in these roles. */
  private record Roles(Set<Role> roles) implements Part {
    @Override
    public boolean on(Side side) {
      return switch (side) {
        case PAIR -> true;
        case QUERY -> roles.stream().anyMatch(role -> !OF_PASSAGE.contains(role));
        case PASSAGE -> roles.stream().anyMatch(role -> role != Role.QUERY);
      };
    }

    @Override
    public boolean has(int position, Role role) {
      return roles.contains(role);
    }
  }

  /** The positions from {@code first} to {@code last}, which is one of them. */
  private record Range(int first, int last) implements Part {
    @Override
    public boolean on(Side side) {
      return true;
    }

    @Override
    public boolean has(int position, Role role) {
      return position >= first && position <= last;
    }
  }

  private final String text;
  private final Map<String, Part> parts;

  private Positions(String text, Map<String, Part> parts) {
    this.text = text;
    this.parts = parts;
  }

  /**
   * Reads a selection.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  public static Positions parse(String text) {
    Map<String, Part> parts = new LinkedHashMap<>();
    switch (text) {
      case "all" -> parts.put(text, new Roles(EnumSet.allOf(Role.class)));
      case "cls" -> parts.put(text, new Roles(EnumSet.of(Role.CLS)));
      case "query" -> parts.put(text, new Roles(EnumSet.of(Role.QUERY)));
      case "passage" -> parts.put(text, new Roles(OF_PASSAGE));
      default -> {
        boolean roles = text.startsWith(ROLE);
        for (String part : (roles ? text.substring(ROLE.length()) : text).split(",", -1)) {
          parts.put(part, roles ? new Roles(EnumSet.of(Role.parse(part))) : range(part, text));
        }
      }
    }
    return new Positions(text, parts);
  }

  private static Range range(String part, String text) {
    String number = "\\d{1," + MOST_DIGITS + "}";
    if (part.matches(number + "(-" + number + ")?")) {
      String[] ends = part.split("-");
      Range range = new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
      if (range.first <= range.last) {
        return range;
      }
    }
    throw new IllegalArgumentException(
        "positions '"
            + text
            + "': expected all, cls, query, passage, role:NAME,..., or numbers and ranges such as"
            + " 0,3,5-9");
  }

  /** The positions of an input that are kept, in order; none where the side cannot have them. */
  public int[] of(TokenSequence input) {
    BitSet kept = new BitSet(input.length());
    for (int i = 0; i < input.length(); i++) {
      int position = i;
      Role role = input.tokens().get(i).role();
      if (parts.values().stream().anyMatch(part -> part.has(position, role))) {
        kept.set(i);
      }
    }
    return kept.stream().toArray();
  }

  /** Counts in which inputs nothing was found. Not thread-safe. */
  public final class Coverage {
    private final Map<String, Long> absent = new LinkedHashMap<>();
    private final Set<String> found = new LinkedHashSet<>();

    private Coverage() {
      parts.keySet().forEach(part -> absent.put(part, 0L));
    }

    /** Looks at an input. */
    public void add(TokenSequence input, Side side) {
      parts.forEach(
          (name, part) -> {
            if (!part.on(side)) {
              return;
            }
            boolean here = false;
            for (int i = 0; i < input.length() && !here; i++) {
              here = part.has(i, input.tokens().get(i).role());
            }
            if (here) {
              found.add(name);
            } else {
              absent.merge(name, 1L, Long::sum);
            }
          });
    }

    /** How many inputs lack each part, of those on whose side it can occur. */
    public Map<String, Long> absent() {
      return new LinkedHashMap<>(absent);
    }

    /** The parts that no input has. */
    public List<String> nowhere() {
      List<String> nowhere = new ArrayList<>(parts.keySet());
      nowhere.removeAll(found);
      return nowhere;
    }
  }

  /** A count that has seen nothing yet. */
  public Coverage coverage() {
    return new Coverage();
  }

  /** The selection as it was given. */
  @Override
  public String toString() {
    return text;
  }
}
