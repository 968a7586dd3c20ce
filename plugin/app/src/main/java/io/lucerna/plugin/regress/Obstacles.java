package io.lucerna.plugin.regress;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What keeps a regression from being run here, found before anything is. */
final class Obstacles {
  private final Regression regression;
  private final Locator locator;
  private final List<String> found = new ArrayList<>();

  private Obstacles(Regression regression, Locator locator) {
    this.regression = regression;
    this.locator = locator;
  }

  /**
   * Looks for all of them.
   *
   * @param indexed whether the index is there already, so that no documents are needed
   */
  static List<String> of(
      Regression regression, Locator locator, Set<Stage> stages, boolean indexed) {
    Obstacles obstacles = new Obstacles(regression, locator);
    obstacles.kinds();
    if (stages.contains(Stage.INDEX) && regression.indexed() && !indexed) {
      obstacles.corpus();
    }
    if (stages.contains(Stage.SEARCH) || stages.contains(Stage.RERANK)) {
      obstacles.conversions();
      regression.metrics().forEach(one -> one.obstacle().ifPresent(obstacles.found::add));
      regression.topics().forEach(obstacles::topics);
    }
    return List.copyOf(obstacles.found);
  }

  private void kinds() {
    regression
        .indexType()
        .ifPresent(
            type ->
                found.add(
                    "index_type "
                        + type
                        + ": index builds what Anserini's IndexCollection builds, and no dense"
                        + " index"));
    for (Model model : regression.models()) {
      model
          .type()
          .filter(type -> !model.ready())
          .ifPresent(
              type ->
                  found.add(
                      "model "
                          + model.name()
                          + ": type "
                          + type
                          + ": search searches as Anserini's SearchCollection does, and no dense"
                          + " index"));
    }
  }

  private void corpus() {
    if (locator.corpus(regression).isEmpty()) {
      found.add(
          "corpus "
              + regression.corpus()
              + ": no folder "
              + regression.corpusPath()
              + " in "
              + locator
              + "; name the folder that has it with -corpora");
    }
  }

  private void conversions() {
    for (Conversion conversion : regression.conversions()) {
      if (conversion.ours().isEmpty()) {
        found.add("conversion '" + conversion.command() + "': only 'lucerna rerank' is run");
      }
    }
  }

  private void topics(TopicSet topics) {
    if (locator.topics(topics.path()).isEmpty()) {
      missing("topics", topics.path(), topics);
    }
    if (topics.qrel().isEmpty()) {
      found.add("topics " + topics.id() + ": no qrel, so nothing can be measured");
    } else if (locator.qrels(topics.qrel().get()).isEmpty()) {
      missing("qrels", topics.qrel().get(), topics);
    }
  }

  private void missing(String what, String file, TopicSet topics) {
    found.add(
        what
            + " of "
            + topics.id()
            + ": no file "
            + file
            + " in "
            + locator
            + "; name the folder that has it with -corpora");
  }
}
