package io.lucerna.instrumentation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.instrumentation.nn.Constants;
import io.lucerna.instrumentation.nn.Leaves;
import io.lucerna.instrumentation.nn.OutputHead;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Copies of one text in the linear network: each goes back from a number of its own, all of them at
 * once. One thread uses them at a time.
 */
final class LinearCopies {
  private final TokenBatch batch;
  private final OutputHead head;
  private final LinearGraph graph;
  private final Set<HookPoint> entries;
  private final NDManager scope;

  /**
   * @param text the copies
   * @param constants those of the text's first pass
   * @param entries where the tokens' parts are read
   * @param points where components are
   */
  LinearCopies(
      LinearText text, Constants constants, Set<HookPoint> entries, Set<HookPoint> points) {
    this.batch = text.batch();
    this.head = text.model().network().head();
    this.entries = entries;
    this.scope = text.scope();
    Leaves leaves = new Leaves(entries, entries, points, scope);
    this.graph = LinearGraph.of(text, leaves, constants, false);
  }

  /**
   * What the tokens add to components.
   *
   * @param some as many as there are copies, or fewer
   * @param slopes what the number's slope is at each component's point, of one copy
   * @return by component and token
   */
  double[][] ofComponents(List<Component> some, Map<HookPoint, NDArray> slopes) {
    try (NDManager own = scope.newSubManager()) {
      NDArray number = own.zeros(new Shape(), graph.output().getDataType());
      for (HookPoint point : some.stream().map(Component::point).distinct().toList()) {
        NDArray activation = graph.leaves().activation(point);
        NDArray slope = Objects.requireNonNull(slopes.get(point));
        NDArray part = activation.mul(slope.mul(mask(point, some, activation, own))).sum();
        part.attach(own);
        number = number.add(part);
        number.attach(own);
      }
      graph.back(number);
    }
    return byToken(some.size());
  }

  /**
   * What the tokens add to weighted sums of the outputs.
   *
   * @param some as many as there are copies, or fewer
   * @return by sum and token
   */
  double[][] ofSums(List<float[]> some) {
    float[][] rows = new float[batch.size()][some.getFirst().length];
    for (int row = 0; row < some.size(); row++) {
      rows[row] = some.get(row);
    }
    try (NDArray slopes = head.slopes(rows, graph.output(), batch);
        NDArray products = graph.output().mul(slopes);
        NDArray number = products.sum()) {
      graph.back(number);
    }
    return byToken(some.size());
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

  /** The first copies' tokens: activation times gradient where they come in. */
  private double[][] byToken(int count) {
    double[][] rows = new double[count][batch.width()];
    for (HookPoint entry : entries) {
      if (entry.stack() == Stack.TEXT) {
        double[] each = graph.products(entry);
        int width = each.length / batch.size() / batch.width();
        for (int i = 0; i < count * batch.width() * width; i++) {
          rows[i / width / batch.width()][i / width % batch.width()] += each[i];
        }
      }
    }
    graph.clear();
    return rows;
  }
}
