package io.lucerna.instrumentation.hooks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The hook points that one model has, in the order in which a forward pass reaches them. */
public final class HookRegistry {
  private final Map<String, HookPoint> points = new LinkedHashMap<>();

  /**
   * Lists a model's points.
   *
   * @param before sites before the blocks
   * @param perBlock sites of every block
   * @param layers number of blocks
   * @param after sites after the blocks
   */
  public HookRegistry(List<Site> before, List<Site> perBlock, int layers, List<Site> after) {
    before.forEach(site -> add(HookPoint.of(site)));
    for (int layer = 0; layer < layers; layer++) {
      for (Site site : perBlock) {
        add(new HookPoint(site, layer));
      }
    }
    after.forEach(site -> add(HookPoint.of(site)));
  }

  private void add(HookPoint point) {
    points.put(point.toString(), point);
  }

  /** All points in forward order. */
  public List<HookPoint> points() {
    return List.copyOf(points.values());
  }

  /**
   * The points that a name or glob means: {@code *} stands for any run of characters, {@code ?} for
   * one.
   *
   * @throws IllegalArgumentException if nothing matches; the message names the nearest points
   */
  public List<HookPoint> match(String glob) {
    Pattern pattern = globToPattern(glob);
    List<HookPoint> found = new ArrayList<>();
    points.forEach(
        (name, point) -> {
          if (pattern.matcher(name).matches()) {
            found.add(point);
          }
        });
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "no hook point matches '"
              + glob
              + "'; nearest: "
              + String.join(", ", NearestNames.to(glob, points.keySet(), 3)));
    }
    return found;
  }

  private static Pattern globToPattern(String glob) {
    StringBuilder regex = new StringBuilder();
    for (char c : glob.toCharArray()) {
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(regex.toString());
  }
}
