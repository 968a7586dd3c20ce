package io.lucerna.instrumentation.sweep;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.replay.BatchActivations;
import io.lucerna.instrumentation.text.TokenBatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What patches of what enters blocks do, estimated as attribution patching does it but for the
 * softmax, which is computed anew (AtP*, Kramar et al. 2024, equations 7 to 10). The change goes
 * three ways: past the attention, by the values, each times its gradient, and by the pattern, whose
 * real change is taken times its gradient.
 *
 * <p>Scores of any kind of attention are the model's own: passes in which all layers have the
 * queries of one text and the keys of the other.
 */
final class RenewedPatterns {
  /** Of both texts, of two mixed ones, and of the recipient there and back. */
  private static final PatchingSweep.Cost COST = new PatchingSweep.Cost(5, 1);

  /** What the scores of the layers that are done at once may take: five arrays of them. */
  private static final long BYTES = 512L << 20;

  private static final int ARRAYS = 5;

  private final HookedModel model;
  private final TokenBatch recipient;
  private final TokenBatch donor;
  private final BiConsumer<TokenBatch, Hooks> goBack;

  RenewedPatterns(
      HookedModel model,
      TokenBatch recipient,
      TokenBatch donor,
      BiConsumer<TokenBatch, Hooks> goBack) {
    this.model = model;
    this.recipient = recipient;
    this.donor = donor;
    this.goBack = goBack;
  }

  /** What so many layers cost. */
  static PatchingSweep.Cost cost(int layers, ModelConfig model, int width) {
    PatchingSweep.Cost all = new PatchingSweep.Cost(0, 0);
    int each = atOnce(model, width);
    for (int from = 0; from < layers; from += each) {
      all = all.plus(COST);
    }
    return all;
  }

  /** How many layers are done at once. */
  private static int atOnce(ModelConfig model, long width) {
    long each = ARRAYS * Double.BYTES * model.heads() * width * width;
    return (int) Math.clamp(BYTES / each, 1, model.layers());
  }

  /** How far each of the cells, all of what enters blocks, moves the score. */
  Map<Cell, Double> changes(List<Cell> cells) {
    Map<Cell, Double> changes = new HashMap<>();
    List<Integer> layers = cells.stream().map(Cell::layer).distinct().toList();
    int atOnce = atOnce(model.config(), recipient.width());
    for (int from = 0; from < layers.size(); from += atOnce) {
      List<Integer> some = layers.subList(from, Math.min(from + atOnce, layers.size()));
      List<Cell> own = cells.stream().filter(cell -> some.contains(cell.layer())).toList();
      ofLayers(some, own, changes);
    }
    return changes;
  }

  private void ofLayers(List<Integer> layers, List<Cell> cells, Map<Cell, Double> changes) {
    try (BatchActivations into = new BatchActivations();
        BatchActivations from = new BatchActivations();
        BatchActivations asking = new BatchActivations();
        BatchActivations asked = new BatchActivations();
        BatchActivations slopes = new BatchActivations()) {
      Hooks both = Hooks.none();
      Hooks ofDonor = Hooks.none();
      for (Site site : List.of(Site.RESID_PRE, Site.Q, Site.K, Site.V, Site.ATTN_SCORES)) {
        both = observed(both, site, layers, into);
        ofDonor = observed(ofDonor, site, layers, from);
      }
      model.forward(recipient, both);
      model.forward(donor, ofDonor);
      model.forward(recipient, mixed(layers, from, into, asking));
      model.forward(recipient, mixed(layers, into, from, asked));
      Hooks back = Hooks.none();
      for (int layer : layers) {
        for (Site site : List.of(Site.ATTN_OUT, Site.V, Site.PATTERN)) {
          back = back.observeGradient(name(layer, site), slopes.observer());
        }
      }
      goBack.accept(recipient, back);
      for (int layer : layers) {
        double[] past =
            moved(into, from, layer, Site.RESID_PRE, slopes.get(point(layer, Site.ATTN_OUT)));
        double[] values = moved(into, from, layer, Site.V, slopes.get(point(layer, Site.V)));
        PatternChange pattern =
            new PatternChange(
                recipient.width(),
                numbers(into, layer, Site.ATTN_SCORES),
                numbers(asking, layer, Site.ATTN_SCORES),
                numbers(asked, layer, Site.ATTN_SCORES),
                numbers(from, layer, Site.ATTN_SCORES),
                numbers(slopes, layer, Site.PATTERN));
        for (Cell cell : cells) {
          if (cell.layer() == layer) {
            changes.put(
                cell,
                cell.position() == Cell.ALL
                    ? sum(past) + sum(values) + pattern.everywhere()
                    : past[cell.position()]
                        + values[cell.position()]
                        + pattern.at(cell.position()));
          }
        }
      }
    }
  }

  /** All these layers with the queries of one run and the keys of another: their scores. */
  private static Hooks mixed(
      List<Integer> layers, BatchActivations queries, BatchActivations keys, BatchActivations to) {
    Hooks hooks = Hooks.none();
    for (int layer : layers) {
      hooks =
          hooks
              .intervene(name(layer, Site.Q), put(queries.get(point(layer, Site.Q))))
              .intervene(name(layer, Site.K), put(keys.get(point(layer, Site.K))))
              .observe(name(layer, Site.ATTN_SCORES), to.observer());
    }
    return hooks;
  }

  private static Hook.Intervention put(NDArray other) {
    return (context, x) -> {
      NDArray copy = other.duplicate();
      copy.attach(x.getManager());
      return copy;
    };
  }

  private static Hooks observed(Hooks hooks, Site site, List<Integer> layers, BatchActivations to) {
    Hooks all = hooks;
    for (int layer : layers) {
      all = all.observe(name(layer, site), to.observer());
    }
    return all;
  }

  /** (donor - recipient) times gradient, added up by position. */
  private double[] moved(
      BatchActivations into, BatchActivations from, int layer, Site site, NDArray slope) {
    double[] old = numbers(into, layer, site);
    double[] patched = numbers(from, layer, site);
    double[] slopes = Numbers.doubles(slope);
    double[] sums = new double[recipient.width()];
    for (int i = 0; i < old.length; i++) {
      sums[i / (old.length / sums.length)] += (patched[i] - old[i]) * slopes[i];
    }
    return sums;
  }

  private static double[] numbers(BatchActivations of, int layer, Site site) {
    return Numbers.doubles(of.get(point(layer, site)));
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  private static HookPoint point(int layer, Site site) {
    return HookPoint.of(layer, site);
  }

  private static String name(int layer, Site site) {
    return point(layer, site).toString();
  }
}
