package io.lucerna.explorer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where on a map a condition is. Its id says so, which is all that is known of it before the study
 * is finished; no two ids have the same place.
 *
 * @param row the layer, with what tells several ways of taking away its parts apart; the id of a
 *     condition without a place
 * @param column the head, the MLP or the whole attention; empty for a condition without a place
 */
record Place(String row, String column) {
  /** A name that was given, the layer, its part, and how that is taken away. */
  private static final Pattern PART =
      Pattern.compile("((?:.+-)?L\\d+)(H\\d+|mlp|attn)((?:_mean|_resample)?)");

  /** The place of the condition with this id. */
  static Place of(String id) {
    Matcher part = PART.matcher(id);
    return part.matches()
        ? new Place(part.group(1) + part.group(3).replace('_', ' '), column(part.group(2)))
        : new Place(id, "");
  }

  private static String column(String part) {
    return switch (part) {
      case "mlp" -> "MLP";
      case "attn" -> "attention";
      default -> part.substring(1);
    };
  }
}
