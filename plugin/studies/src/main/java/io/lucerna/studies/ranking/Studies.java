package io.lucerna.studies.ranking;

import io.lucerna.base.Given;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionScorer;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.work.Outcomes;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What interventions do to a ranking, as numbers: the same candidates are reranked under many
 * conditions, measured, and compared with the unchanged model. {@code study} makes files of the
 * same. Not thread-safe.
 */
public final class Studies {
  /** How many candidates of a topic are reranked, unless it is said. */
  public static final int DEPTH = 100;

  private final Ranker ranker;
  private final Map<String, String> queries;
  private final Run run;
  private final Function<String, String> texts;
  private final Qrels qrels;
  private final List<String> words = new ArrayList<>();
  private int depth = DEPTH;
  private List<String> measures = StudySettings.MEASURES;
  private int level = 1;
  private Optional<Correction> correction = Optional.empty();
  private Comparison.Settings comparison = Comparison.Settings.DEFAULT;

  private Studies(
      Ranker ranker,
      Map<String, String> queries,
      Run run,
      Function<String, String> texts,
      Qrels qrels) {
    this.ranker = Given.value(ranker, "the ranker");
    this.queries = Map.copyOf(Given.value(queries, "the queries"));
    this.run = Given.value(run, "the run");
    this.texts = Given.value(texts, "the texts");
    this.qrels = Given.value(qrels, "the judgments");
  }

  /**
   * {@return a study of what interventions do to a reranked run}
   *
   * @param ranker what reranks; it stays the caller's to close
   * @param queries the queries by the topics' ids; those of topics that the run lacks are not used
   * @param run the first stage, whose candidates are reranked
   * @param texts gives a document's passage by its id; it is asked several times
   * @param qrels the judgments, which have some of the topics
   */
  public static Studies of(
      Ranker ranker,
      Map<String, String> queries,
      Run run,
      Function<String, String> texts,
      Qrels qrels) {
    return new Studies(ranker, queries, run, texts, qrels);
  }

  /**
   * {@return this, with one more condition}
   *
   * @param name the condition's id: letters, digits, {@code . + - _}
   * @param spec what is done to the model, such as {@code zero blocks.3.attn.hook_z head=2}
   */
  public Studies condition(String name, String spec) {
    return conditions(
        "spec:" + Given.value(spec, "the spec") + " name=\"" + Given.value(name, "the name") + '"');
  }

  /**
   * {@return this, with more conditions as {@code study -conditions} takes them}
   *
   * @param some {@code heads}, {@code layers:8-11 by=mean from=DIR}, {@code random:5}, ...
   */
  public Studies conditions(String... some) {
    words.addAll(List.of(some));
    return this;
  }

  /**
   * {@return this, with another depth}
   *
   * @param most how many candidates of a topic are reranked, at least 1; the others follow in their
   *     order
   */
  public Studies depth(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("depth must be at least 1, got " + most);
    }
    depth = most;
    return this;
  }

  /**
   * {@return this, with other measures than nDCG@10, AP, RR and Judged@10}
   *
   * @param names such as {@code P@5}; the first one decides which topics changed most
   * @throws IllegalArgumentException if there is no name
   */
  public Studies measures(String... names) {
    if (names.length == 0) {
      throw new IllegalArgumentException("no measures are named; leave the call out for the usual");
    }
    measures = List.of(names);
    return this;
  }

  /**
   * {@return this, with another level}
   *
   * @param lowest the lowest grade that is relevant; 1 if it is not said
   */
  public Studies level(int lowest) {
    level = lowest;
    return this;
  }

  /**
   * {@return this, with another correction of p-values} Benjamini and Hochberg's for all heads,
   * layers or components, else Holm's, if it is not said.
   *
   * @param one over the conditions of one measure
   */
  public Studies correction(Correction one) {
    correction = Optional.of(one);
    return this;
  }

  /**
   * {@return this, with other settings of tests and intervals}
   *
   * @param settings seed, rounds and margin
   */
  public Studies comparison(Comparison.Settings settings) {
    comparison = settings;
    return this;
  }

  /**
   * Reranks the candidates under every condition; scores are in memory: four bytes for each
   * candidate and condition.
   *
   * @return what the conditions did; {@link Findings#problems()} is empty if each changed something
   * @throws IllegalArgumentException if there is no condition, two have one name, one does not fit
   *     the model, a measure is unknown, run and judgments have no topic in common, or a query or a
   *     text is missing
   * @throws StudyInputException if a recording or a patching study is of another model
   * @throws IOException if a file that a condition names cannot be read
   */
  public Findings run() throws IOException {
    StudySettings settings =
        new StudySettings(
            measures.stream().flatMap(m -> Measure.parseAll(m).stream()).distinct().toList(),
            level,
            correction.orElse(Conditions.correction(words)),
            comparison);
    if (Collections.disjoint(run.topics(), qrels.topics())) {
      throw new IllegalArgumentException("run and judgments have no topic in common");
    }
    List<StudyTopic> topics =
        run.rankings().stream().filter(ranking -> ranking.size() > 0).map(this::topic).toList();
    try (RecordingSources sources = new RecordingSources(ranker.card().sha256())) {
      List<Condition> all =
          Conditions.of(
              words, ranker.card(), Conditions.neurons(ranker), comparison.seed(), sources);
      ConditionScorer scorer =
          new ConditionScorer(ranker, Conditions.compile(all, ranker, sources));
      Plan plan = new Plan(topics, depth, this::text);
      Study study = new Study(plan, scorer.perItem(), scorer::score);
      Outcomes.Store<ItemScores> outcomes = Outcomes.inMemory();
      study.work(study.places(Optional.empty()), outcomes, item -> {});
      return Reranked.of(all, scorer.perItem(), plan)
          .measure(outcomes, ranker.card(), qrels, settings, (condition, ranked) -> ranked);
    }
  }

  private StudyTopic topic(Ranking first) {
    return new StudyTopic(
        Given.value(queries.get(first.topic()), "the query of topic " + first.topic()), first);
  }

  private String text(String topic, String docno) {
    return Given.value(texts.apply(docno), "the text of document " + docno);
  }
}
