package io.lucerna.plugin.regress;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.NearestNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads Anserini's regression YAML, and what Lucerna adds to it. */
final class RegressionReader {
  /** Below this key is what Lucerna adds. */
  static final String EXTENSION = "lucerna";

  private RegressionReader() {}

  /**
   * Reads a regression. Keys that neither Anserini 1.5.0 nor Lucerna has are passed over, as later
   * versions of Anserini may bring more; below {@code lucerna} they are faults.
   *
   * @param source the file's name, for messages and for the regression's name
   * @throws RegressException naming the line, or the key, that is wrong
   */
  static Regression read(String source, String content) {
    Keys keys = Keys.parse(source, content);
    if (keys.has("conditions") && !keys.has("models")) {
      throw new RegressException(Reproduction.read(keys).obstacle());
    }
    List<Model> models = keys.someOf("models").stream().map(Model::read).toList();
    boolean indexed = !models.stream().allMatch(Model::ready);
    Regression regression =
        new Regression(
            name(source),
            source,
            keys.text("corpus"),
            needed(keys, "corpus_path", indexed),
            needed(keys, "index_path", indexed),
            keys.optional("index_type"),
            needed(keys, "collection_class", indexed),
            needed(keys, "generator_class", indexed),
            indexed ? keys.integer("index_threads") : 0,
            keys.optional("index_options").orElse(""),
            statistics(keys),
            keys.optional("topic_reader"),
            keys.optional("search_options").orElse(""),
            keys.list("conversions").stream().map(Conversion::read).toList(),
            keys.someOf("metrics").stream().map(Metric::read).toList(),
            keys.someOf("topics").stream().map(TopicSet::read).toList(),
            models,
            keys.has(EXTENSION) ? ExtensionReader.read(keys.map(EXTENSION)) : Extension.NONE);
    check(regression, keys);
    return regression;
  }

  private static String needed(Keys keys, String key, boolean indexed) {
    return indexed ? keys.text(key) : keys.optional(key).orElse("");
  }

  private static String name(String source) {
    String file = source.substring(source.replace('\\', '/').lastIndexOf('/') + 1);
    return file.replaceFirst("\\.ya?ml$", "");
  }

  private static Map<String, Long> statistics(Keys keys) {
    Map<String, Long> statistics = new LinkedHashMap<>();
    if (keys.has("index_stats")) {
      Keys map = keys.map("index_stats");
      for (Map.Entry<String, JsonNode> entry : map.node().properties()) {
        statistics.put(entry.getKey(), (long) map.number(entry.getKey()));
      }
    }
    return statistics;
  }

  private static void check(Regression regression, Keys keys) {
    List<Keys> topics = keys.list("topics");
    for (int i = 0; i < topics.size(); i++) {
      if (regression.indexed()
          && regression.topicReader().isEmpty()
          && regression.topics().get(i).reader().isEmpty()) {
        throw topics.get(i).fault("topic_reader", "missing, here and at the top");
      }
    }
    List<Keys> models = keys.list("models");
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < models.size(); i++) {
      Model model = regression.models().get(i);
      if (!names.add(model.name())) {
        throw models.get(i).fault("name", "a second model is called " + model.name());
      }
      lengths(models.get(i).map("results"), model.results(), topics.size());
      if (models.get(i).has("tolerance")) {
        lengths(models.get(i).map("tolerance"), model.tolerance(), topics.size());
      }
      metrics(models.get(i), model, regression);
    }
    if (keys.has(EXTENSION)) {
      ExtensionReader.check(keys.map(EXTENSION), regression);
    }
  }

  static void lengths(Keys keys, Map<String, List<Double>> values, int topics) {
    values.forEach(
        (metric, list) -> {
          if (list.size() != topics) {
            throw keys.fault(metric, list.size() + " values for " + topics + " sets of topics");
          }
        });
  }

  private static void metrics(Keys keys, Model model, Regression regression) {
    List<String> known = regression.metrics().stream().map(Metric::name).toList();
    for (String metric : known) {
      if (!model.results().containsKey(metric)) {
        String near =
            model.results().isEmpty()
                ? ""
                : "; there are "
                    + String.join(", ", NearestNames.to(metric, model.results().keySet(), 3));
        throw keys.fault("results." + metric, "missing" + near);
      }
    }
  }
}
