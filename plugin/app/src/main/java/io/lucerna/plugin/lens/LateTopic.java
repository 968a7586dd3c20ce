package io.lucerna.plugin.lens;

import io.lucerna.eval.Measure;
import io.lucerna.plugin.compare.RunComparison;
import io.lucerna.plugin.compare.RunComparison.RunContrast;
import io.lucerna.plugin.texts.Candidates;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How late a topic is decided, by one measure.
 *
 * @param half its value at half of the depth: after half of the blocks, rounded down
 * @param last its value at the last layer
 * @param change last minus half; the larger without its sign, the later
 * @param settled the first layer from which on every value is within {@value #NEAR} of the last
 */
public record LateTopic(
    String topic,
    String query,
    String measure,
    double half,
    double last,
    double change,
    int settled) {
  /** Values that are no further apart are the same for people. */
  static final double NEAR = .05;

  /** All topics, the latest first. */
  static List<LateTopic> of(RunComparison comparison, Measure measure, List<Candidates> topics) {
    Map<String, String> queries = new LinkedHashMap<>();
    topics.forEach(topic -> queries.put(topic.topic(), topic.query()));
    List<RunContrast> runs = Layers.ordered(comparison.of(measure));
    List<LateTopic> all = new ArrayList<>();
    for (int t = 0; t < comparison.topics().size(); t++) {
      String topic = comparison.topics().get(t);
      double[] values = new double[runs.size()];
      for (int layer = 0; layer < values.length; layer++) {
        values[layer] = runs.get(layer).after()[t];
      }
      double half = values[half(runs.size())];
      double last = values[values.length - 1];
      int settled = values.length - 1;
      while (settled > 0 && Math.abs(values[settled - 1] - last) <= NEAR) {
        settled--;
      }
      all.add(
          new LateTopic(
              topic,
              queries.getOrDefault(topic, ""),
              measure.irName(),
              half,
              last,
              last - half,
              settled));
    }
    all.sort(Comparator.comparingDouble((LateTopic t) -> -Math.abs(t.change())));
    return all;
  }

  /** The layer at half of the depth, of a number of layers of which the embeddings are one. */
  static int half(int layers) {
    return (layers - 1) / 2;
  }
}
