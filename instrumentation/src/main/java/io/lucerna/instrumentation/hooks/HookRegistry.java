package io.lucerna.instrumentation.hooks;

import io.lucerna.base.NearestNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The hook points that one model has, in the order in which a forward pass reaches them. Immutable.
 */
public final class HookRegistry {
  private final Map<String, HookPoint> points = new LinkedHashMap<>();
  private final Map<String, Integer> sizes;

  /**
   * Lists a model's points.
   *
   * @param points in forward order
   * @param sizes the dimensions whose size the model decides, by their letters: head, d_head, ...
   */
  public HookRegistry(List<HookPoint> points, Map<String, Integer> sizes) {
    this.sizes = Map.copyOf(sizes);
    points.forEach(this::add);
  }

  private HookRegistry(HookRegistry model, Site last) {
    sizes = model.sizes;
    points.putAll(model.points);
    add(HookPoint.of(last));
  }

  private void add(HookPoint point) {
    points.put(point.toString(), point);
  }

  /**
   * {@return these points and one more, which is reached after them}
   *
   * @param last a site outside of the blocks
   */
  public HookRegistry with(Site last) {
    return new HookRegistry(this, last);
  }

  /**
   * {@return the size of a dimension; empty where each batch decides it}
   *
   * @param dimension one of the letters of {@link HookPoint#dimensions()}
   */
  public OptionalInt size(String dimension) {
    Integer size = sizes.get(dimension);
    return size == null ? OptionalInt.empty() : OptionalInt.of(size);
  }

  /**
   * {@return a point's dimensions, outermost first: numbers, or letters where each batch decides}
   *
   * @param point one of the model's points
   */
  public List<String> shape(HookPoint point) {
    return point.letters().stream()
        .map(
            letter -> {
              Integer size = sizes.get(letter);
              return size == null ? letter : size.toString();
            })
        .toList();
  }

  /** {@return all points in forward order} */
  public List<HookPoint> points() {
    return List.copyOf(points.values());
  }

  /**
   * {@return the points that a name or glob means, in forward order: {@code *} stands for any
   * characters, {@code ?} for one}
   *
   * @param glob a point's name, or a pattern for the whole of it
   * @throws IllegalArgumentException if nothing matches; the message names the nearest points, if
   *     any are near
   */
  public List<HookPoint> match(String glob) {
    List<HookPoint> found = find(glob);
    if (found.isEmpty()) {
      List<String> nearest = NearestNames.like(glob, points.keySet(), 3);
      throw new IllegalArgumentException(
          "no hook point matches '"
              + glob
              + (nearest.isEmpty()
                  ? "'; \"lucerna hooks\" lists the model's " + points.size()
                  : "'; nearest: " + String.join(", ", nearest)));
    }
    return found;
  }

  /** The points that a name or glob means; empty if nothing matches. */
  List<HookPoint> find(String glob) {
    return points.entrySet().stream()
        .filter(entry -> matches(glob, entry.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Without recursion, so that a glob of many stars costs no more than a long name. */
  private static boolean matches(String glob, String name) {
    int g = 0;
    int n = 0;
    int star = -1;
    int afterStar = 0;
    while (n < name.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        afterStar = n;
      } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == name.charAt(n))) {
        g++;
        n++;
      } else if (star >= 0) {
        g = star + 1;
        n = ++afterStar;
      } else {
        return false;
      }
    }
    return glob.substring(g).chars().allMatch(c -> c == '*');
  }
}
