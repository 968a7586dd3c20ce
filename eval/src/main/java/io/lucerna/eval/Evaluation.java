package io.lucerna.eval;

import io.lucerna.base.Given;
import io.lucerna.base.Internal;
import io.lucerna.qrels.Qrels;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A run measured against judgments. The value of every topic is kept; summaries come from these.
 *
 * <p>Topics are those that both run and qrels have, in the order of their bytes, as in trec_eval.
 * Where they have none in common and averages are over all topics of the qrels, topics are those of
 * the qrels, for which the run retrieved nothing.
 *
 * <p>Immutable.
 */
public final class Evaluation {
  /** trec_eval's floor under a geometric mean. */
  private static final double GEOMETRIC_FLOOR = 0.00001;

  /**
   * How to evaluate: {@link #DEFAULT}, changed step by step.
   *
   * @param level the lowest grade that counts as relevant, 0 or more (trec_eval's -l)
   * @param complete whether averages are over all topics of the qrels, where a topic that the run
   *     lacks counts 0, instead of over those that both have (-c)
   * @param maxDocs how many documents of a topic count, 1 or more (-M)
   * @param judgedOnly whether unjudged documents are taken out of the rankings first (-J)
   * @param collectionSize how many documents there are, for {@code utility} alone (-N)
   */
  public record Options(
      int level, boolean complete, int maxDocs, boolean judgedOnly, long collectionSize) {
    /** What trec_eval does without flags. */
    public static final Options DEFAULT = new Options(1, false, Integer.MAX_VALUE, false, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    @Internal
    public Options {
      if (level < 0) {
        throw new IllegalArgumentException("relevance level " + level + " is not 0 or more");
      }
      if (maxDocs < 1) {
        throw new IllegalArgumentException("documents per topic " + maxDocs + " is not 1 or more");
      }
      if (collectionSize < 0) {
        throw new IllegalArgumentException("collection size " + collectionSize + " is negative");
      }
    }

    /**
     * {@return these options with another lowest grade that counts as relevant}
     *
     * @param newLevel the grade, 0 or more
     */
    public Options withLevel(int newLevel) {
      return new Options(newLevel, complete, maxDocs, judgedOnly, collectionSize);
    }

    /**
     * {@return these options with averages over other topics}
     *
     * @param all whether over all topics of the qrels
     */
    public Options withComplete(boolean all) {
      return new Options(level, all, maxDocs, judgedOnly, collectionSize);
    }

    /**
     * {@return these options with another depth}
     *
     * @param most how many documents of a topic count, 1 or more
     */
    public Options withMaxDocs(int most) {
      return new Options(level, complete, most, judgedOnly, collectionSize);
    }

    /**
     * {@return these options with all documents or those that are judged}
     *
     * @param judged whether unjudged documents are taken out of the rankings first
     */
    public Options withJudgedOnly(boolean judged) {
      return new Options(level, complete, maxDocs, judged, collectionSize);
    }

    /**
     * {@return these options for a collection of another size}
     *
     * @param documents how many there are
     */
    public Options withCollectionSize(long documents) {
      return new Options(level, complete, maxDocs, judgedOnly, documents);
    }
  }

  private final Options options;
  private final SortedMap<String, JudgedRanking> topics;
  private final int judgedTopics;
  private final Map<Measure, double[]> values = new LinkedHashMap<>();
  private final Map<Measure, Double> summaries = new LinkedHashMap<>();

  private Evaluation(Run run, Qrels qrels, Options options) {
    this.options = options;
    this.topics = new TreeMap<>(Run.BY_BYTES);
    this.judgedTopics = qrels.topics().size();
    for (Ranking ranking : run.rankings()) {
      Map<String, Integer> judged = qrels.judged(ranking.topic());
      if (!judged.isEmpty()) {
        topics.put(ranking.topic(), JudgedRanking.of(ranking, judged, options));
      }
    }
    if (topics.isEmpty() && options.complete()) {
      // As trec_eval 10 does; 9.0.4 ends with an error here.
      for (String topic : qrels.topics()) {
        Ranking nothing = Ranking.of(topic, List.of());
        topics.put(topic, JudgedRanking.of(nothing, qrels.judged(topic), options));
      }
    }
  }

  /**
   * Measures a run.
   *
   * @param run the rankings
   * @param qrels the judgments
   * @param measures what to compute for each topic
   * @param options how, as trec_eval's flags
   * @return the value of every topic, and the summaries
   * @throws IllegalArgumentException if run and qrels have no topic in common, so that there is no
   *     topic to average over; with {@link Options#complete} all topics count 0 then
   */
  public static Evaluation of(Run run, Qrels qrels, Collection<Measure> measures, Options options) {
    Given.value(run, "the run");
    Given.value(qrels, "the judgments");
    Given.list(measures, "measures", "measure");
    Given.value(options, "the options");
    Evaluation evaluation = new Evaluation(run, qrels, options);
    if (evaluation.topics.isEmpty() && !options.complete()) {
      throw new IllegalArgumentException("run " + run.tag() + " and qrels have no topic in common");
    }
    for (Measure measure : measures) {
      double[] values =
          evaluation.topics.values().stream()
              .mapToDouble(topic -> measure.of(topic, options.level()))
              .toArray();
      evaluation.values.put(measure, values);
      double sum = evaluation.sum(measure, values);
      if (measure.summary() == Measure.Summary.SUM_OVER_JUDGED && options.complete()) {
        sum = graded(qrels, measure.level().orElse(1));
      }
      evaluation.summaries.put(measure, sum);
    }
    return evaluation;
  }

  /** With -c trec_eval counts grades of 1 and up here, whatever the level for all the rest. */
  private static double graded(Qrels qrels, int level) {
    return qrels.topics().stream()
        .flatMap(topic -> qrels.judged(topic).values().stream())
        .filter(grade -> grade >= level)
        .count();
  }

  private double sum(Measure measure, double[] topicValues) {
    int missing = topicCount() - topicValues.length;
    return switch (measure.summary()) {
      case SUM, SUM_OVER_JUDGED -> plainSum(topicValues);
      case MEAN -> plainSum(topicValues) / topicCount();
      case GEOMETRIC_MEAN -> {
        double[] logs =
            Arrays.stream(topicValues)
                .map(value -> Math.log(Math.max(value, GEOMETRIC_FLOOR)))
                .toArray();
        double sum = plainSum(logs) + missing * Math.log(GEOMETRIC_FLOOR);
        yield Math.exp(sum / topicCount());
      }
    };
  }

  /**
   * Left to right, as trec_eval adds; a stream's sum compensates and can differ in the last bit.
   */
  private static double plainSum(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number;
    }
    return sum;
  }

  /** {@return how this was evaluated} */
  public Options options() {
    return options;
  }

  /** {@return the topics with values of their own, in the order of their bytes} */
  public List<String> topics() {
    return List.copyOf(topics.keySet());
  }

  /**
   * {@return how many topics averages are over: those of {@link #topics}, or of the qrels if
   * complete}
   */
  public int topicCount() {
    return options.complete() ? judgedTopics : topics.size();
  }

  double value(Measure measure, int place) {
    return known(measure, values)[place];
  }

  /**
   * {@return the values of the topics, in the order of {@link #topics}}
   *
   * @param measure one of the measures that were given
   * @throws IllegalArgumentException if it was not measured
   */
  public double[] values(Measure measure) {
    return known(measure, values).clone();
  }

  /**
   * {@return the values of the topics asked for, in their order; 0 for a topic that the run lacks,
   * which is how two runs over the same topics are paired}
   *
   * @param measure one of the measures that were given
   * @param wanted ids of topics
   * @throws IllegalArgumentException if it was not measured
   */
  public double[] values(Measure measure, List<String> wanted) {
    double[] known = known(measure, values);
    Map<String, Double> byTopic = new LinkedHashMap<>();
    int next = 0;
    for (String topic : topics.keySet()) {
      byTopic.put(topic, known[next++]);
    }
    return wanted.stream().mapToDouble(topic -> byTopic.getOrDefault(topic, 0.0)).toArray();
  }

  /**
   * {@return the value for all topics: a mean, for counts a sum, for {@code gm_*} a geometric mean}
   *
   * @param measure one of the measures that were given
   * @throws IllegalArgumentException if it was not measured
   */
  public double summary(Measure measure) {
    return known(measure, summaries);
  }

  private static <T> T known(Measure measure, Map<Measure, T> map) {
    T value = map.get(measure);
    if (value == null) {
      throw new IllegalArgumentException(
          measure.irName() + " was not measured; measured were " + map.keySet());
    }
    return value;
  }

  SortedMap<String, JudgedRanking> judgedRankings() {
    return Collections.unmodifiableSortedMap(topics);
  }
}
