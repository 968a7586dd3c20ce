package io.lucerna.studies.ranking;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import io.lucerna.eval.Agreement;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.FirstOrder;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionPredictor;
import io.lucerna.reranker.ScoreException;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.work.Journal;
import io.lucerna.studies.work.JournalSettings;
import io.lucerna.studies.work.StudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A screen: each condition's scores are predicted from a gradient, and the rankings that follow are
 * measured as real ones are; then those of the largest predicted change are run, and as many others
 * drawn by chance, which tell how good the predictions are. A work item is a judged topic; of its
 * scores nothing is kept but what the measures make of them.
 *
 * <p>Memory: a topic's predicted scores as far as {@link ConditionPredictor} holds them at once,
 * two numbers for each condition and measure, and of the conditions that are run each topic's
 * values.
 *
 * <p>Not thread-safe.
 */
@Internal
public final class GradientScreen implements AutoCloseable {
  private static final String FILE = "predictions.jsonl";

  /** Predicts the scores of an item under all conditions. */
  @FunctionalInterface
  public interface Work {
    /**
     * Predicts them, as {@link ConditionPredictor#predict} does.
     *
     * @param item the passages, with the topic's query
     * @param taker is given the scores under each condition
     */
    void predict(WorkItem item, ConditionPredictor.Taker taker);
  }

  /**
   * What is run.
   *
   * @param conditions the unchanged model, and those chosen, in the order of the study
   * @param by why each was chosen, by its id
   */
  public record Chosen(List<Condition> conditions, Map<String, String> by) {
    /** Copies both. */
    public Chosen {
      conditions = List.copyOf(conditions);
      by = Map.copyOf(by);
    }
  }

  private final List<Condition> conditions;
  private final Plan plan;
  private final Qrels qrels;
  private final StudySettings settings;
  private final Journal<Predicted> journal;

  private GradientScreen(
      List<Condition> conditions,
      Plan plan,
      Qrels qrels,
      StudySettings settings,
      Journal<Predicted> journal) {
    this.conditions = List.copyOf(conditions);
    this.plan = plan;
    this.qrels = qrels;
    this.settings = settings;
    this.journal = journal;
  }

  /**
   * {@return whether a folder holds predictions}
   *
   * @param folder a study's folder
   */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * {@return whether a folder holds predictions, of which nothing has been run}
   *
   * @param folder a study's folder
   */
  public static boolean isBegun(Path folder) {
    return isIn(folder) && !Journal.isIn(folder);
  }

  /**
   * Checks that a folder's study is not one that was screened.
   *
   * @param folder of a study without predictions
   * @throws StudyException if it holds predictions
   */
  public static void requireNone(Path folder) {
    if (isIn(folder)) {
      throw new StudyException(folder + ": was made with -screen: give it, or another folder");
    }
  }

  /**
   * Checks that conditions can be predicted, and that there are as many as are to be run.
   *
   * @param conditions the first one is the unchanged model
   * @param compiled their specs
   * @param confirm how many are to be run
   * @throws IllegalArgumentException naming the first that cannot be predicted, with the reason, or
   *     how many there are; if random directions are among them
   */
  public static void check(List<Condition> conditions, List<CompiledSpec> compiled, int confirm) {
    if (conditions.stream().anyMatch(one -> one.kind() == Condition.Kind.DIRECTION)) {
      throw new IllegalArgumentException(
          "-screen: random directions stand beside doses that are all run; leave them out with"
              + " random=0 behind the doses");
    }
    for (int i = 0; i < compiled.size(); i++) {
      try {
        FirstOrder.check(compiled.get(i));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "-screen: condition " + conditions.get(i).id() + ": " + e.getMessage(), e);
      }
    }
    if (confirm >= conditions.size()) {
      throw new IllegalArgumentException(
          "-confirm "
              + confirm
              + " is more than there is to confirm: "
              + Counted.of(conditions.size() - 1, "condition"));
    }
  }

  /**
   * Begins the predictions of a study, or resumes those in its folder.
   *
   * @param conditions the first one is the unchanged model
   * @param topics whose candidates are reranked
   * @param depth how many candidates of a topic
   * @param passages their texts
   * @param lock of the folder where the files go; closing it stays the caller's
   * @param decisive what decides scores and measures, besides conditions and settings
   * @param qrels the judgments, which have some of the topics
   * @param settings what is measured
   * @return the predictions, which the caller closes
   * @throws StudyException if the folder's study was made with anything else
   * @throws IOException if the folder cannot be read or written
   */
  public static GradientScreen open(
      List<Condition> conditions,
      List<StudyTopic> topics,
      int depth,
      Passages passages,
      FolderLock lock,
      JournalSettings decisive,
      Qrels qrels,
      StudySettings settings)
      throws IOException {
    if (Journal.isIn(lock.path()) && !isIn(lock.path())) {
      throw new StudyException(
          lock.path() + ": was made without -screen: leave it out, or give another folder");
    }
    decisive.put("screen", "gradient");
    decisive.put("depth", depth);
    decisive.put("measures", settings.measures().stream().map(Measure::irName).toList());
    decisive.put("level", settings.level());
    for (int i = 0; i < conditions.size(); i++) {
      conditions.get(i).decide(decisive, i);
    }
    List<StudyTopic> judged =
        topics.stream().filter(topic -> qrels.topics().contains(topic.id())).toList();
    Plan plan = new Plan(judged, depth, passages);
    return new GradientScreen(
        conditions, plan, qrels, settings, Journal.open(lock, FILE, decisive, Predicted.CODEC));
  }

  /** {@return how many passages the topics have that are not predicted} */
  public long left() {
    return IntStream.range(0, plan.size())
        .filter(item -> !journal.has(plan.topic(item).id()))
        .mapToLong(item -> plan.passages(item, true))
        .sum();
  }

  /**
   * Predicts the topics that are not predicted.
   *
   * @param work what predicts one
   * @param progress is told after each topic how many passages it had
   * @throws IOException if the predictions cannot be kept
   */
  public void work(Work work, IntConsumer progress) throws IOException {
    for (int item = 0; item < plan.size(); item++) {
      StudyTopic topic = plan.topic(item);
      if (!journal.has(topic.id())) {
        try {
          journal.append(topic.id(), predicted(work, plan.item(item), topic));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("topic " + topic.id() + ": " + e.getMessage(), e);
        } catch (ScoreException e) {
          throw new ScoreException("topic " + topic.id() + ": " + e.getMessage());
        }
        progress.accept(plan.passages(item, true));
      }
    }
  }

  private Predicted predicted(Work work, WorkItem item, StudyTopic topic) {
    int measures = settings.measures().size();
    double[] values = new double[conditions.size() * measures];
    Ranking scored = topic.first().top(plan.depth());
    // Most conditions leave most orders as they are, and an order decides what is measured.
    Map<List<String>, double[]> known = new HashMap<>();
    work.predict(
        item,
        (condition, scores) -> {
          List<String> order = Reordering.of(scored, scores).docnos();
          double[] own =
              known.computeIfAbsent(order, o -> measured(Reordering.of(topic.first(), scores)));
          System.arraycopy(own, 0, values, condition * measures, measures);
        });
    return new Predicted(values);
  }

  private double[] measured(Ranking ranking) {
    Evaluation evaluation =
        Evaluation.of(
            Run.of("predicted", List.of(ranking)),
            qrels,
            settings.measures(),
            Evaluation.Options.DEFAULT.withLevel(settings.level()));
    return settings.measures().stream()
        .mapToDouble(measure -> evaluation.values(measure)[0])
        .toArray();
  }

  private Predicted read(String topic) throws IOException {
    Predicted row = journal.read(topic);
    int expected = conditions.size() * settings.measures().size();
    if (row.values().length != expected) {
      throw journal.damaged(topic, row.values().length + " values, not " + expected);
    }
    return row;
  }

  /** By condition and measure, the mean over topics of the predicted change. */
  private double[][] changes() throws IOException {
    int measures = settings.measures().size();
    double[][] changes = new double[conditions.size()][measures];
    for (int item = 0; item < plan.size(); item++) {
      double[] values = read(plan.topic(item).id()).values();
      for (int c = 0; c < changes.length; c++) {
        for (int m = 0; m < measures; m++) {
          changes[c][m] += (values[c * measures + m] - values[m]) / plan.size();
        }
      }
    }
    return changes;
  }

  /**
   * Chooses what is run, when all topics are predicted.
   *
   * @param confirm how many conditions with the largest predicted change of the first measure, of
   *     which there are as many, and how many of the others by chance, as far as there are
   * @return the conditions, in the order of the study
   * @throws IOException if the predictions cannot be read
   */
  public Chosen choose(int confirm) throws IOException {
    double[][] changes = changes();
    List<Integer> order =
        new ArrayList<>(
            IntStream.range(1, conditions.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -Math.abs(changes[c][0])))
                .toList());
    Map<Integer, String> by = new HashMap<>();
    order.subList(0, confirm).forEach(c -> by.put(c, ScreenRow.PREDICTED));
    List<Integer> others = order.subList(confirm, order.size());
    others.sort(Comparator.naturalOrder());
    SplittableRandom random = new SplittableRandom(settings.comparison().seed());
    for (int i = 0; i < Math.min(confirm, others.size()); i++) {
      int drawn = random.nextInt(i, others.size());
      by.put(others.set(drawn, others.get(i)), ScreenRow.RANDOM);
    }
    List<Condition> chosen = new ArrayList<>(List.of(conditions.getFirst()));
    Map<String, String> byId = new LinkedHashMap<>();
    for (int c = 1; c < conditions.size(); c++) {
      String why = by.get(c);
      if (why != null) {
        chosen.add(conditions.get(c));
        byId.put(conditions.get(c).id(), why);
      }
    }
    return new Chosen(chosen, byId);
  }

  /**
   * Writes {@code screen.csv} and {@code agreement.csv}.
   *
   * @param chosen what was run
   * @param findings what came of it
   * @param folder of the study
   * @return a few lines for people
   * @throws IOException if the predictions cannot be read, or a file written
   */
  public List<String> write(Chosen chosen, Findings findings, Path folder) throws IOException {
    double[][] changes = changes();
    List<String> measures = settings.measures().stream().map(Measure::irName).toList();
    Map<List<String>, Double> exact = new HashMap<>();
    findings
        .contrasts()
        .forEach(c -> exact.put(List.of(c.condition(), c.measure()), c.statistics().change()));
    List<ScreenRow> rows = new ArrayList<>();
    for (int c = 1; c < changes.length; c++) {
      Condition condition = conditions.get(c);
      for (int m = 0; m < measures.size(); m++) {
        Double change = exact.get(List.of(condition.id(), measures.get(m)));
        rows.add(
            new ScreenRow(
                condition.id(),
                condition.kind().toString(),
                condition.layer(),
                condition.head(),
                measures.get(m),
                changes[c][m],
                change == null ? OptionalDouble.empty() : OptionalDouble.of(change),
                chosen.by.getOrDefault(condition.id(), "")));
      }
    }
    StudyTables.SCREEN.write(folder.resolve("screen.csv"), rows.stream());
    List<ScreenAgreement> agreement = agreement(chosen, findings);
    StudyTables.AGREEMENT.write(folder.resolve("agreement.csv"), agreement.stream());
    return lines(chosen, agreement);
  }

  private List<ScreenAgreement> agreement(Chosen chosen, Findings findings) throws IOException {
    List<Integer> run =
        IntStream.range(1, conditions.size())
            .filter(c -> chosen.by.containsKey(conditions.get(c).id()))
            .boxed()
            .toList();
    int measures = settings.measures().size();
    List<String> topics = findings.topics();
    double[][][] predicted = new double[measures][topics.size()][run.size()];
    for (int t = 0; t < topics.size(); t++) {
      double[] values = read(topics.get(t)).values();
      for (int m = 0; m < measures; m++) {
        for (int i = 0; i < run.size(); i++) {
          predicted[m][t][i] = values[run.get(i) * measures + m] - values[m];
        }
      }
    }
    List<ScreenAgreement> rows = new ArrayList<>();
    for (int m = 0; m < measures; m++) {
      String measure = settings.measures().get(m).irName();
      double[][] exact = new double[topics.size()][run.size()];
      for (int i = 0; i < run.size(); i++) {
        double[] own = findings.changes(conditions.get(run.get(i)).id(), measure);
        for (int t = 0; t < own.length; t++) {
          exact[t][i] = own[t];
        }
      }
      for (String by : List.of(ScreenAgreement.ALL, ScreenRow.PREDICTED, ScreenRow.RANDOM)) {
        int[] some =
            IntStream.range(0, run.size())
                .filter(
                    i ->
                        by.equals(ScreenAgreement.ALL)
                            || by.equals(chosen.by.get(conditions.get(run.get(i)).id())))
                .toArray();
        boolean same = some.length == run.size() && !by.equals(ScreenAgreement.ALL);
        if (some.length > 0 && !same) {
          rows.add(
              ScreenAgreement.of(
                  measure,
                  by,
                  Agreement.of(
                      columns(predicted[m], some),
                      columns(exact, some),
                      IntStream.range(0, topics.size()).toArray(),
                      settings.comparison().seed(),
                      settings.comparison().rounds())));
        }
      }
    }
    return rows;
  }

  private static double[][] columns(double[][] table, int[] some) {
    return Arrays.stream(table)
        .map(row -> Arrays.stream(some).mapToDouble(i -> row[i]).toArray())
        .toArray(double[][]::new);
  }

  private List<String> lines(Chosen chosen, List<ScreenAgreement> agreement) {
    long random = chosen.by.values().stream().filter(ScreenRow.RANDOM::equals).count();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s predicted; run: the %d with the largest predicted change of %s, and %d by chance",
            Counted.of(conditions.size() - 1, "condition"),
            chosen.by.size() - random,
            settings.measures().getFirst().irName(),
            random));
    agreement.stream()
        .filter(row -> row.chosenBy().equals(ScreenAgreement.ALL))
        .forEach(row -> lines.add(row.measure() + ", predicted against exact: " + row.words()));
    return lines;
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
