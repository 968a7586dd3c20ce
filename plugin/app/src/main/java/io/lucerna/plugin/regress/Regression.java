package io.lucerna.plugin.regress;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A regression: a collection, how it is indexed and searched, and the numbers that must come out.
 * The fields are those of Anserini's YAML form. Those of the index are empty where nothing is
 * searched.
 *
 * @param name the file's name without its ending
 * @param source the file
 * @param corpus name of the collection
 * @param corpusPath its folder, relative to one that holds collections
 * @param indexPath folder of the index, relative to the working folder
 * @param indexType kind of index; empty for IndexCollection
 * @param collectionClass Anserini's reader of the documents
 * @param generatorClass Anserini's maker of index documents
 * @param indexThreads threads of the indexer
 * @param indexOptions more of its options
 * @param indexStats what the index must hold: documents, terms
 * @param topicReader Anserini's name of the topics' format
 * @param searchOptions options of every search
 * @param conversions what is made of each run before it is measured
 * @param metrics what is measured
 * @param topics what is asked
 * @param models the first stages
 * @param extension what Lucerna adds
 */
record Regression(
    String name,
    String source,
    String corpus,
    String corpusPath,
    String indexPath,
    Optional<String> indexType,
    String collectionClass,
    String generatorClass,
    int indexThreads,
    String indexOptions,
    Map<String, Long> indexStats,
    Optional<String> topicReader,
    String searchOptions,
    List<Conversion> conversions,
    List<Metric> metrics,
    List<TopicSet> topics,
    List<Model> models,
    Extension extension) {

  /** The metric of that name: one of the regression's, or a measure's own name. */
  Optional<Metric> metric(String metric) {
    return metrics.stream()
        .filter(one -> one.name().equals(metric))
        .findFirst()
        .or(() -> Metric.ofMeasure(metric));
  }

  /** Whether something is searched, so that an index is needed. */
  boolean indexed() {
    return !models.stream().allMatch(Model::ready);
  }

  /** The model of that name. */
  Optional<Model> model(String model) {
    return models.stream().filter(one -> one.name().equals(model)).findFirst();
  }
}
