package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Copies of one text in the linear network: each goes back from a component of its own, all of them
 * at once.
 */
final class LinearCopies {
  /** Tokens of all copies together, unless one alone has more: what is kept of them is large. */
  private static final int TOKENS = 2048;

  private final TokenBatch batch;
  private final LinearGraph graph;
  private final Set<HookPoint> entries;
  private final NDManager scope;

  /**
   * @param one the text
   * @param entries where the tokens' parts are read
   * @param points where components are
   */
  LinearCopies(
      HookedModel model,
      TokenBatch one,
      Set<HookPoint> entries,
      Set<HookPoint> points,
      NDManager scope) {
    int most = model.config().heads() + 1;
    this.batch =
        TokenBatch.repeated(
            one.sequences().getFirst(),
            Math.max(1, Math.min(most, TOKENS / one.width())),
            one.padId(),
            one.side(),
            one.width());
    this.entries = entries;
    this.scope = scope;
    Set<HookPoint> all = new LinkedHashSet<>(entries);
    all.addAll(points);
    graph = LinearGraph.of(model, batch, all, entries, false, scope);
  }

  private NDArray leaf(HookPoint entry) {
    return Objects.requireNonNull(graph.leaves().all().get(entry));
  }

  /**
   * What components add, by token.
   *
   * @param components in forward order
   * @param slopes what the number's slope is at each component's point, of one copy
   */
  Map<Component, double[]> tokens(List<Component> components, Map<HookPoint, NDArray> slopes) {
    Map<String, List<Component>> layers = new LinkedHashMap<>();
    for (Component component : components) {
      String layer = component.point().stack() + " " + component.point().layer();
      layers.computeIfAbsent(layer, l -> new ArrayList<>()).add(component);
    }
    Map<Component, double[]> tokens = new LinkedHashMap<>();
    for (List<Component> layer : layers.values()) {
      for (int from = 0; from < layer.size(); from += batch.size()) {
        List<Component> some = layer.subList(from, Math.min(from + batch.size(), layer.size()));
        back(some, slopes);
        double[][] rows = byToken();
        for (int row = 0; row < some.size(); row++) {
          tokens.put(some.get(row), rows[row]);
        }
      }
    }
    return tokens;
  }

  /** Goes back from one component in each copy. */
  private void back(List<Component> some, Map<HookPoint, NDArray> slopes) {
    try (NDManager own = scope.newSubManager()) {
      NDArray number = own.zeros(new Shape(), graph.output().getDataType());
      for (HookPoint point : some.stream().map(Component::point).distinct().toList()) {
        NDArray activation = graph.leaves().activation(point);
        NDArray slope = Objects.requireNonNull(slopes.get(point));
        NDArray part = activation.mul(slope).mul(mask(point, some, activation, own)).sum();
        part.attach(own);
        number = number.add(part);
        number.attach(own);
      }
      graph.back(number);
    }
  }

  /** 1 for the head, or the MLP, of each copy that is at the point. */
  private NDArray mask(HookPoint point, List<Component> some, NDArray like, NDManager own) {
    int heads = point.site() == Site.Z ? (int) like.getShape().get(2) : 1;
    float[] mask = new float[batch.size() * heads];
    for (int row = 0; row < some.size(); row++) {
      if (some.get(row).point().equals(point)) {
        mask[row * heads + Math.max(0, some.get(row).head())] = 1;
      }
    }
    Shape shape =
        point.site() == Site.Z
            ? new Shape(batch.size(), 1, heads, 1)
            : new Shape(batch.size(), 1, 1);
    return own.create(mask, shape).toType(like.getDataType(), false);
  }

  /** Each copy's tokens: activation times gradient where they come in. */
  private double[][] byToken() {
    double[][] rows = new double[batch.size()][batch.width()];
    for (HookPoint entry : entries) {
      NDArray leaf = leaf(entry);
      if (entry.stack() == Stack.TEXT) {
        double[] each = LinearGraph.products(leaf, graph.leaves().activation(entry));
        int width = each.length / rows.length / batch.width();
        for (int i = 0; i < each.length; i++) {
          rows[i / width / batch.width()][i / width % batch.width()] += each[i];
        }
      }
    }
    graph.clear();
    return rows;
  }
}
