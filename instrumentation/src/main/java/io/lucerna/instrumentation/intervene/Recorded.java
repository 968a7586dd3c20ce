package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A recording as interventions read it: one thread at a time, and checked against the model. */
final class Recorded {
  private static final int SHOWN = 3;
  private static final int DRAWS = 32;

  private final String name;
  private final ActivationSource source;
  private final List<String> ids;
  private final Set<String> known;

  Recorded(String name, ActivationSource source) {
    this.name = name;
    this.source = source;
    this.ids = List.copyOf(source.ids());
    this.known = new HashSet<>(ids);
    if (ids.isEmpty()) {
      throw new IllegalArgumentException(name + " holds no input");
    }
  }

  List<String> ids() {
    return ids;
  }

  /** Checks that the point was recorded on a side. */
  void require(PointShape shape, Side side) {
    synchronized (source) {
      if (!source.points(side).contains(shape.point())) {
        throw new IllegalArgumentException(
            name
                + " holds no "
                + shape.point()
                + " of the side "
                + SpecWriter.option(side)
                + (source.points(side).isEmpty() ? ", and nothing of that side" : ""));
      }
      if (source.averaged() && shape.hasPositions()) {
        throw new IllegalArgumentException(
            name
                + " holds means over positions, which have no place in a text; record the positions"
                + " themselves for "
                + shape.point());
      }
    }
  }

  /** Checks that there is an input of that id. */
  void require(String id) {
    if (!known.contains(id)) {
      throw new IllegalArgumentException(
          name
              + " holds no input '"
              + id
              + "'; it has "
              + ids.size()
              + ", such as "
              + String.join(", ", ids.subList(0, Math.min(SHOWN, ids.size()))));
    }
  }

  List<Token> tokens(String id, Side side) {
    synchronized (source) {
      return source.tokens(id, side);
    }
  }

  /** An input at a point. */
  Donor donor(String id, Side side, PointShape shape) {
    synchronized (source) {
      Slice slice = source.get(id, side, shape.point());
      List<Token> tokens = source.tokens(id, side);
      check(slice, tokens.size(), shape);
      return new Donor(shape, slice, tokens);
    }
  }

  private void check(Slice slice, int length, PointShape shape) {
    int rows = slice.positions().length;
    boolean fits = !shape.hasKeys() || slice.shape().length == 3;
    long width = shape.hasKeys() && fits ? slice.shape()[2] : shape.units();
    fits &= slice.values().length == (long) rows * shape.heads() * width;
    fits &= shape.hasPositions() || rows == 1;
    fits &=
        !shape.hasPositions()
            || Arrays.stream(slice.positions()).allMatch(p -> p >= 0 && p < length);
    if (!fits) {
      throw new IllegalArgumentException(
          name
              + " holds "
              + shape.point()
              + " in the shape "
              + Arrays.toString(slice.shape())
              + ", which is not this model's");
    }
  }

  /** The text's own id here. */
  String own(InputText text) {
    if (text.ids().isEmpty()) {
      throw new IllegalArgumentException(
          "a patch without donor= needs the texts' ids, and none were given");
    }
    for (String id : text.ids()) {
      if (known.contains(id)) {
        return id;
      }
    }
    require(text.ids().getFirst());
    throw new AssertionError(text.ids());
  }

  /** The id of an input with another text, which seed and text decide. */
  String other(InputText text, long seed) {
    long key = Chance.hash(seed, text.side().name(), text.identity());
    for (int draw = 0; draw < DRAWS; draw++) {
      String id = ids.get((int) Long.remainderUnsigned(Chance.number(key, draw), ids.size()));
      if (differs(id, text)) {
        return id;
      }
    }
    int start = (int) Long.remainderUnsigned(key, ids.size());
    for (int i = 0; i < ids.size(); i++) {
      String id = ids.get((start + i) % ids.size());
      if (differs(id, text)) {
        return id;
      }
    }
    throw new IllegalArgumentException(
        name + " holds no input with another text than '" + text.identity() + "'");
  }

  private boolean differs(String id, InputText text) {
    return !text.ids().contains(id)
        && !pieces(tokens(id, text.side())).equals(pieces(text.tokens().tokens()));
  }

  static List<String> pieces(List<Token> tokens) {
    return tokens.stream().map(Token::piece).toList();
  }
}
