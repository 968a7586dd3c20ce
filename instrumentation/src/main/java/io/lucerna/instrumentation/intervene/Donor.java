package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.intervene.Operation.Per;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A recorded input at one point, as another text takes from it.
 *
 * @param shape the point
 * @param slice what was recorded
 * @param tokens the recorded input's tokens
 */
record Donor(PointShape shape, Slice slice, List<Token> tokens) {

  /** Gives a text's positions their counterparts here. */
  Edit.Cell cell(List<Token> text, Per per) {
    int[] counterpart = shape.hasPositions() ? match(text, per) : new int[1];
    int keys = shape.hasKeys() ? (int) slice.shape()[2] : 0;
    int width = keys > 0 ? keys : shape.units();
    return (values, offset, elements, position, head) -> {
      int row = counterpart[position];
      if (row < 0) {
        return false;
      }
      boolean all = true;
      int start = (row * shape.heads() + head) * width;
      for (int i = 0; i < elements.length; i++) {
        if (elements[i] < width) {
          values[offset + i] = slice.values()[start + elements[i]];
        } else {
          all = false;
        }
      }
      return all;
    };
  }

  /** For each position of the text the row of the slice, or -1. */
  private int[] match(List<Token> text, Per per) {
    return per == Per.POSITION ? byPosition(text.size()) : byRole(text);
  }

  private int[] byPosition(int length) {
    Map<Integer, Integer> rows = new HashMap<>();
    for (int row = 0; row < slice.positions().length; row++) {
      rows.put(slice.positions()[row], row);
    }
    int[] counterpart = new int[length];
    Arrays.setAll(counterpart, position -> rows.getOrDefault(position, -1));
    return counterpart;
  }

  /** The text's n-th token of a role has the n-th kept one here, counted round. */
  private int[] byRole(List<Token> text) {
    Map<Role, List<Integer>> rows = new EnumMap<>(Role.class);
    for (int row = 0; row < slice.positions().length; row++) {
      Role role = tokens.get(slice.positions()[row]).role();
      rows.computeIfAbsent(role, r -> new ArrayList<>()).add(row);
    }
    Map<Role, Integer> met = new EnumMap<>(Role.class);
    int[] counterpart = new int[text.size()];
    for (int position = 0; position < counterpart.length; position++) {
      Role role = text.get(position).role();
      int number = met.merge(role, 1, Integer::sum) - 1;
      List<Integer> here = rows.getOrDefault(role, List.of());
      counterpart[position] = here.isEmpty() ? -1 : here.get(number % here.size());
    }
    return counterpart;
  }
}
