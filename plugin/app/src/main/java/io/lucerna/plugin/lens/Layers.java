package io.lucerna.plugin.lens;

import io.lucerna.eval.Run;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.plugin.compare.RunComparison.RunContrast;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The layers of a lens: 0 is what enters the first block, N what leaves the N-th. */
final class Layers {
  private Layers() {}

  /** What a layer is called in tables and files. */
  static String name(int layer) {
    return "layer-" + layer;
  }

  /** The hook point whose activation a layer is. */
  static String point(HookedModel model, int layer) {
    HookPoint point =
        layer == 0
            ? HookPoint.of(0, Site.RESID_PRE)
            : HookPoint.of(layer - 1, model.blocks().get(layer - 1).out());
    return point.toString();
  }

  /** Runs by name, the last layer first: it is what others are compared with. */
  static Map<String, Run> lastFirst(List<Run> layers) {
    Map<String, Run> runs = new LinkedHashMap<>();
    int last = layers.size() - 1;
    runs.put(name(last), layers.get(last));
    for (int layer = 0; layer < last; layer++) {
      runs.put(name(layer), layers.get(layer));
    }
    return runs;
  }

  /** What was compared in that order, in the order of layers. */
  static List<RunContrast> ordered(List<RunContrast> lastFirst) {
    List<RunContrast> ordered = new ArrayList<>(lastFirst.subList(1, lastFirst.size()));
    ordered.add(lastFirst.getFirst());
    return ordered;
  }
}
