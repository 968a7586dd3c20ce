package io.lucerna.explorer;

import io.lucerna.eval.Evaluation;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSource;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ConditionPredictor;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScoreException;
import io.lucerna.reranker.WorkItem;
import io.lucerna.studies.ranking.Condition;
import io.lucerna.studies.ranking.Conditions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Ranks, as {@code search}, {@code rerank} and {@code eval} do one after the other, and remembers
 * what it has ranked. One thread at a time ranks; any number ask for passages and command lines.
 */
final class Workbench implements AutoCloseable {
  /** Characters of candidates that are remembered. */
  private static final long REMEMBERED_TEXT = 1 << 24;

  /** Places of rankings, and characters of specs, that are remembered. */
  private static final long REMEMBERED_SCORES = 1 << 18;

  private static final long REMEMBERED_ESTIMATES = 256;

  /**
   * Bytes of what the model computes that are kept, and the part of all memory that they may be.
   */
  private static final long KEPT = 1L << 29;

  private static final int KEPT_PART = 16;

  private static final int DEEPEST = 1000;

  /** Predicted scores that are in memory at once. */
  private static final long PREDICTED = 1 << 22;

  private static final SpecSource CANDIDATES =
      new SpecSource(SpecSource.Kind.RECORDING, CandidateRecording.NAME);

  /** Nothing outside a spec is looked for. */
  private static final SpecSources NOTHING =
      name -> {
        throw new IllegalArgumentException("there are no recordings, so none is called " + name);
      };

  private final Ranker ranker;
  private final Explored explored;
  private final RankAnswers answers;
  private final Launch launch;
  private final Map<String, Topic> topics = new LinkedHashMap<>();
  private final int deepest;
  private final int depth;
  private final AtHand atHand;
  private final Recent<Asked, Candidates> candidates =
      new Recent<>(REMEMBERED_TEXT, (asked, found) -> found.size());
  private final Recent<Changed, Scores> scores =
      new Recent<>(
          REMEMBERED_SCORES, (key, scored) -> scored.ranking().size() + key.spec().length());
  private final Recent<Asked, EstimatesAnswer> estimates =
      new Recent<>(REMEMBERED_ESTIMATES, (asked, answer) -> 1);
  private final List<ModelAnswer.Cell> cells;

  /** What is ranked, and how much of it the model reads. */
  private record Asked(Topic topic, int depth) {}

  /** What the model was asked with which query: an empty spec for the plain one. */
  private record Changed(Asked asked, String reads, String spec) {}

  Workbench(Ranker ranker, Explored explored, Qrels qrels, int level, Launch launch)
      throws IOException {
    this.ranker = ranker;
    this.explored = explored;
    this.answers = new RankAnswers(qrels, Evaluation.Options.DEFAULT.withLevel(level));
    this.launch = launch;
    this.deepest = Math.min(DEEPEST, explored.deepest());
    this.depth = Math.min(explored.depth(), deepest);
    this.atHand = new AtHand(ranker, Math.min(KEPT, Runtime.getRuntime().maxMemory() / KEPT_PART));
    explored.topics().forEach(topic -> topics.put(topic.id(), topic));
    this.cells = cells(ranker);
  }

  private static List<ModelAnswer.Cell> cells(Ranker ranker) throws IOException {
    List<ModelAnswer.Cell> cells = new ArrayList<>();
    List<String> parts = List.of("heads", "layers");
    int neurons = Conditions.neurons(ranker);
    for (Condition one : Conditions.of(parts, ranker.card(), neurons, 0, NOTHING)) {
      if (one.layer().isPresent()) {
        int layer = one.layer().getAsInt();
        String spec = one.spec().toString();
        String target = spec.substring(spec.indexOf(' '));
        String mean =
            InterventionSpec.parse("mean" + target + " from=" + CandidateRecording.NAME).toString();
        cells.add(new ModelAnswer.Cell(layer, OrNull.of(one.head()), one.id(), spec, mean));
      }
    }
    return List.copyOf(cells);
  }

  Ranker ranker() {
    return ranker;
  }

  /** What is known before anything is ranked. */
  ModelAnswer model() {
    List<String> points =
        ranker.reading().points().points().stream().map(HookPoint::toString).toList();
    return new ModelAnswer(
        ranker.card(),
        explored.name(),
        explored.searches(),
        deepest,
        depth,
        (int) topics.keySet().stream().filter(answers::judged).count(),
        answers.level(),
        RankAnswers.measures(),
        cells,
        points);
  }

  /** The topics that are suggested. */
  List<Topic> topics() {
    return List.copyOf(topics.values());
  }

  /** A passage as the model reads it. */
  String passage(String topic, String docno) throws IOException {
    return explored
        .passage(topic, docno)
        .orElseThrow(() -> new Refusal(404, "there is no document " + docno));
  }

  /** The command lines that give what {@link #rank} answers; nothing is ranked. */
  CommandsAnswer commands(CommandsRequest request) throws IOException {
    RankRequest ranked = request.ranked();
    Topic topic = topic(ranked.topic(), ranked.query());
    InterventionSpec spec = parse(ranked.spec());
    if (spec.sources().isEmpty()) {
      compile(spec, NOTHING);
    }
    return new CommandLines(launch, RankAnswers.measures(), answers.level())
        .of(
            topic,
            answers.judged(topic.id()),
            ranked.depth(depth, deepest),
            spec,
            request.docno(),
            edited(ranked, topic, request.docno()));
  }

  private Optional<CommandLines.Texts> edited(RankRequest ranked, Topic topic, String docno)
      throws IOException {
    RankRequest.Edit edit = ranked.edit();
    if (ranked.reads().isEmpty() && edit == null) {
      return Optional.empty();
    }
    String query = ranked.reads().isEmpty() ? topic.query() : ranked.reads();
    String passage = docno.isEmpty() ? "" : passage(topic.id(), docno);
    return Optional.of(
        new CommandLines.Texts(
            query, edit != null && edit.docno().equals(docno) ? edit.text() : passage));
  }

  /** Ranks. */
  RankAnswer rank(RankRequest request) throws IOException {
    Asked asked = asked(request);
    InterventionSpec spec = parse(request.spec());
    Candidates found = candidates(asked);
    Scores plain = scores(asked, found, InterventionSpec.none());
    if (!request.changes() || found.texts().isEmpty()) {
      return answer(asked, found, plain, null, spec);
    }
    String reads = request.reads().isEmpty() ? asked.topic().query() : request.reads();
    Scores changed = scores(asked, reads, found, spec);
    RankRequest.Edit edit = request.edit();
    if (edit == null) {
      return answer(asked, found, plain, changed, spec);
    }
    int at = found.docnos().indexOf(edit.docno());
    if (at < 0) {
      throw new Refusal(400, "the model reads no document " + edit.docno() + ", so none is edited");
    }
    Scores edited = edited(asked, reads, found, spec, changed, at, edit.text());
    return answer(asked, found, plain, edited, spec);
  }

  private RankAnswer answer(
      Asked asked,
      Candidates found,
      Scores plain,
      @Nullable Scores changed,
      InterventionSpec spec) {
    return answers.of(
        asked.topic(), asked.depth(), found, plain.ranking(), changed, spec.toString());
  }

  /** The same with another text of one document, which is scored alone. */
  private Scores edited(
      Asked asked,
      String reads,
      Candidates found,
      InterventionSpec spec,
      Scores scores,
      int at,
      String text) {
    String topic = CommandLines.id(asked.topic().id());
    float[] given = found.scoresIn(scores.ranking());
    try {
      given[at] =
          ranker.score(
                  reads,
                  List.of(text),
                  compile(spec, sources(asked, reads, found))
                      .hooks(topic, List.of(found.pairs(topic).get(at))))
              .scores()[0];
    } catch (IllegalArgumentException | ScoreException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()), e);
    }
    return new Scores(Reordering.of(found.ranking(), given), scores.notes());
  }

  /** Estimates what cutting each cell would do; nothing else is done to the model. */
  EstimatesAnswer estimates(RankRequest request) throws IOException {
    if (request.changes()) {
      throw new Refusal(
          400, "estimates are of the plain model; leave out the spec, and what is edited");
    }
    Asked asked = asked(request);
    EstimatesAnswer known = estimates.get(asked);
    if (known != null) {
      return known;
    }
    EstimatesAnswer computed = estimates(asked, candidates(asked));
    estimates.put(asked, computed);
    return computed;
  }

  private EstimatesAnswer estimates(Asked asked, Candidates found) {
    Topic topic = asked.topic();
    if (found.texts().isEmpty()) {
      return new EstimatesAnswer(topic.id(), topic.query(), asked.depth(), List.of());
    }
    Ranking plain = scores(asked, found, InterventionSpec.none()).ranking();
    float[] known = found.scoresIn(plain);
    List<WorkItem.Passage> passages = new ArrayList<>();
    String id = CommandLines.id(topic.id());
    List<String> pairs = found.pairs(id);
    for (int i = 0; i < pairs.size(); i++) {
      passages.add(new WorkItem.Passage(pairs.get(i), found.texts().get(i), List.of()));
    }
    WorkItem.Query query = new WorkItem.Query(id, topic.query());
    List<CompiledSpec> cuts = cells.stream().map(cell -> compile(cell.spec())).toList();
    List<EstimatesAnswer.Estimate> all = new ArrayList<>();
    try {
      new ConditionPredictor(ranker, cuts, PREDICTED)
          .predict(
              new WorkItem(List.of(query), passages),
              known,
              (number, predicted) -> {
                Ranking cut = Reordering.of(found.ranking(), predicted);
                List<Double> changes = answers.measureChanges(topic, plain, cut);
                long swapped = RankChanges.of(plain, cut).swappedPairs();
                all.add(new EstimatesAnswer.Estimate(cells.get(number).name(), changes, swapped));
              });
    } catch (ScoreException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()), e);
    }
    return new EstimatesAnswer(topic.id(), topic.query(), asked.depth(), List.copyOf(all));
  }

  /**
   * What a score is of.
   *
   * @param topic the topic's id; empty for a query that was typed in
   */
  record Pair(String topic, String query, String text) {}

  /** The texts that are read. */
  Pair pair(PairsRequest request, PairsRequest.Passage passage) throws IOException {
    String query = passage.query();
    String text = passage.text();
    if (query != null && text != null) {
      // Nothing of it is the collection's.
      return new Pair(request.topic(), query, text);
    }
    Topic topic = topic(request.topic(), request.query());
    return new Pair(
        topic.id(),
        query == null ? topic.query() : query,
        text == null ? passage(topic.id(), passage.docno()) : text);
  }

  private Asked asked(RankRequest request) {
    return new Asked(topic(request.topic(), request.query()), request.depth(depth, deepest));
  }

  private Topic topic(String id, String query) {
    if (id.isEmpty()) {
      if (!explored.searches()) {
        throw new Refusal(
            400, explored.name() + " has candidates for its topics alone; choose one of them");
      }
      return new Topic("", query);
    }
    Topic topic = topics.get(id);
    if (topic == null) {
      throw new Refusal(404, "there is no topic " + id);
    }
    return topic;
  }

  /** Reads a spec; what it names outside is refused before it is opened. */
  private static InterventionSpec parse(String line) {
    try {
      InterventionSpec spec = InterventionSpec.parse(line);
      for (SpecSource source : spec.sources()) {
        if (!source.equals(CANDIDATES)) {
          throw new Refusal(
              400,
              "the spec names "
                  + source.name()
                  + ": files, recordings and code can be named on the command line only; here is"
                  + " from="
                  + CandidateRecording.NAME);
        }
      }
      return spec;
    } catch (SpecSyntaxException e) {
      throw new Refusal(e);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "the spec cannot be applied: " + e.getMessage(), e);
    }
  }

  private CompiledSpec compile(InterventionSpec spec, SpecSources sources) {
    try {
      return spec.compile(ranker.reading().points(), ranker.reading().sides(), sources);
    } catch (SpecSyntaxException e) {
      throw new Refusal(e);
    } catch (IllegalArgumentException | ScoreException e) {
      throw new Refusal(400, "the spec cannot be applied: " + e.getMessage(), e);
    }
  }

  /** What a spec does that needs no candidates. */
  CompiledSpec compile(String line) {
    return compile(parse(line), NOTHING);
  }

  /**
   * What a request does to the model.
   *
   * @param reads what is read as the query
   */
  CompiledSpec compile(RankRequest request, String reads) throws IOException {
    InterventionSpec spec = parse(request.spec());
    if (spec.sources().isEmpty()) {
      return compile(spec, NOTHING);
    }
    Asked asked = asked(request);
    return compile(spec, sources(asked, reads, candidates(asked)));
  }

  /** What a spec may name: what the plain model computes of the candidates. */
  private SpecSources sources(Asked asked, String reads, Candidates found) {
    return name ->
        name.equals(CandidateRecording.NAME)
            ? here(asked, reads, found).recording()
            : NOTHING.recording(name);
  }

  private AtHand.Here here(Asked asked, String reads, Candidates found) {
    return atHand.get(reads, found.texts(), found.pairs(CommandLines.id(asked.topic().id())));
  }

  private Candidates candidates(Asked asked) throws IOException {
    Candidates known = candidates.get(asked);
    if (known != null) {
      return known;
    }
    Ranking ranking;
    try {
      ranking = explored.candidates(asked.topic());
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()), e);
    }
    List<String> texts = new ArrayList<>();
    for (String docno : ranking.top(asked.depth()).docnos()) {
      texts.add(passage(asked.topic().id(), docno));
    }
    Candidates found = new Candidates(ranking, texts);
    candidates.put(asked, found);
    return found;
  }

  private Scores scores(Asked asked, Candidates found, InterventionSpec changed) {
    return scores(asked, asked.topic().query(), found, changed);
  }

  /**
   * Scores.
   *
   * @param reads what is read as the query
   */
  private Scores scores(Asked asked, String reads, Candidates found, InterventionSpec changed) {
    Changed key = new Changed(asked, reads, changed.toString());
    Scores known = scores.get(key);
    if (known != null) {
      return known;
    }
    if (found.texts().isEmpty()) {
      return new Scores(found.ranking(), List.of());
    }
    String topic = CommandLines.id(asked.topic().id());
    CompiledSpec spec;
    float[] given;
    try {
      spec = compile(changed, sources(asked, reads, found));
      given =
          here(asked, reads, found).pairs().score(spec.hooks(topic, found.pairs(topic))).scores();
    } catch (IllegalArgumentException | ScoreException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()), e);
    } catch (OutOfMemoryError e) {
      atHand.forget();
      throw e;
    }
    Scores computed = new Scores(Reordering.of(found.ranking(), given), notes(spec));
    scores.put(key, computed);
    return computed;
  }

  /** What a spec that was applied touched, and what it did not. */
  static List<String> notes(CompiledSpec spec) {
    return spec.report().stream()
        .map(touched -> touched.problem().orElseGet(touched::toString))
        .toList();
  }

  /** Waits for what is being ranked, and frees what is kept of it. */
  @Override
  public void close() {
    atHand.close();
  }
}
