package io.lucerna.explorer;

import io.lucerna.base.Sha256;
import io.lucerna.instrumentation.intervene.Intervention;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.studies.work.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the command lines of a state of the page. */
final class CommandLines {
  private static final String FIRST = "run.first.txt";
  private static final String PLAIN = "run.plain.txt";
  private static final String CHANGED = "run.changed.txt";
  private static final String STUDY = "study.";

  /** The first stage of one topic. */
  private static final String ALONE = "run.topic.txt";

  /** Holds a query that is no topic. */
  private static final String TOPICS = "query.tsv";

  /** The topic that a typed query is there. */
  private static final String TYPED = "1";

  /** Digits of a hash in a name. */
  private static final int SHORT = 8;

  /** A folder that is there already is taken up, so that a line can be run again. */
  private static final String RESUME = "-resume";

  /**
   * What the model reads.
   *
   * @param passage empty where no document is open
   */
  record Texts(String query, String passage) {}

  private final Launch launch;
  private final List<String> measures;
  private final int level;
  private final List<CommandsAnswer.Line> lines = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * @param measures names of those that the page shows
   * @param level the lowest grade that is relevant
   */
  CommandLines(Launch launch, List<String> measures, int level) {
    this.launch = launch;
    this.measures = measures;
    this.level = level;
  }

  /**
   * The id of a topic in the lines. Chance goes by ids, as does a patch: under the same ones the
   * page has their numbers.
   *
   * @param topic empty for a query that was typed in
   */
  static String id(String topic) {
    return topic.isEmpty() ? TYPED : topic;
  }

  /**
   * The lines.
   *
   * @param topic what is ranked; without an id if it was typed in
   * @param judged whether it has judgments
   * @param depth how many documents the model reads
   * @param changed what is done to it
   * @param docno the document whose score is explained; empty for none
   * @param edited what the model reads of it, if a query or a passage was edited
   */
  CommandsAnswer of(
      Topic topic,
      boolean judged,
      int depth,
      InterventionSpec changed,
      String docno,
      Optional<Texts> edited) {
    if (launch.equals(Launch.NONE)) {
      return new CommandsAnswer(List.of(), List.of("No command line started this server."));
    }
    boolean typed = topic.id().isEmpty();
    if (typed) {
      String query = topic.query().replaceAll("\\s+", " ");
      lines.add(
          new CommandsAnswer.Line(
              "The query, which is no topic, as one",
              "printf '" + TYPED + "\\t%s\\n' " + quoted(query) + " > " + TOPICS));
      notes.add("Nobody has judged a typed query, so there is nothing to measure.");
    }
    List<String> topics = typed ? List.of("-topics", TOPICS) : launch.topics();
    List<String> candidates = new ArrayList<>(launch.candidates());
    candidates.addAll(topics);
    candidates.addAll(launch.collections());
    if (launch.searches()) {
      add(
          "The first stage",
          List.of("search"),
          launch.index(),
          topics,
          launch.collections(),
          List.of("-bm25", "-output", FIRST));
      candidates.addAll(List.of("-run", FIRST));
    } else {
      add(
          "The first stage",
          List.of("rerank"),
          candidates,
          List.of("-model", "none", "-output", FIRST));
    }
    List<String> ranked = new ArrayList<>(candidates);
    ranked.addAll(launch.model());
    ranked.addAll(List.of("-rerank.depth", String.valueOf(depth)));
    add("The model's ranking", List.of("rerank"), ranked, List.of("-output", PLAIN));
    boolean ofCandidates = !changed.sources().isEmpty();
    boolean changes = !changed.isEmpty() && (!ofCandidates || textsApart());
    if (changes && ofCandidates) {
      changeOfCandidates(topic, changed, ranked);
    } else if (changes) {
      change(changed, ranked);
    }
    String qrels = launch.qrels();
    if (judged && qrels != null) {
      measure(qrels, changes ? List.of(FIRST, PLAIN, CHANGED) : List.of(FIRST, PLAIN));
      if (changes && !ofCandidates) {
        List<String> judgments = List.of("-qrels", qrels, "-level", String.valueOf(level));
        add(
            "The change, of every topic and with tests",
            List.of("study"),
            ranked,
            judgments,
            each("-measures"),
            List.of("-conditions", "spec:" + changed + " name=changed"),
            List.of("-output", STUDY + hash(ranked + "\n" + judgments + "\n" + changed), RESUME));
      }
    }
    if (edited.isPresent()) {
      notes.add("They rank the texts as they are: what is edited on the page is in none of them.");
      explain(edited.get());
    } else if (docno.contains(",")) {
      notes.add("No line explains " + docno + ": explain takes a comma for the end of an id.");
    } else if (!docno.isEmpty()) {
      add(
          "What the words of " + docno + " add to the plain model's score",
          List.of("explain"),
          ranked,
          List.of("-topic", id(topic.id()), "-docid", docno));
    }
    if (!typed) {
      notes.add("They rank every topic; this page shows topic " + topic.id() + ".");
    }
    if (ofCandidates && !typed) {
      notes.add(
          changes
              ? "The changed model is the exception: the spec reads this topic's candidates, so it"
                  + " ranks this topic alone, and there is no study."
              : "No line changes the model: the spec reads the candidates of this topic alone, and"
                  + " no command takes one topic out of requests.");
    }
    return new CommandsAnswer(List.copyOf(lines), List.copyOf(notes));
  }

  /** What is left of a pair that is in no file. */
  private void explain(Texts texts) {
    if (!texts.passage().isEmpty()) {
      add(
          "What the words of the edited texts add to the plain model's score",
          List.of("explain"),
          launch.model(),
          List.of("-query", texts.query(), "-passage", texts.passage()));
    }
  }

  /** Whether the texts are not in the run itself, as those of requests are. */
  private boolean textsApart() {
    return launch.candidates().contains("-index") || launch.candidates().contains("-corpus");
  }

  private void change(InterventionSpec changed, List<String> ranked) {
    add(
        "The changed model's",
        List.of("rerank"),
        ranked,
        List.of("-intervene", changed.toString(), "-output", CHANGED));
  }

  /** The same where the spec reads the topic's candidates: another topic has others. */
  private void changeOfCandidates(Topic topic, InterventionSpec changed, List<String> ranked) {
    List<String> alone = new ArrayList<>(ranked);
    int run = alone.indexOf("-run");
    alone.set(run + 1, topic.id().isEmpty() ? FIRST : ALONE);
    if (!topic.id().isEmpty()) {
      // Compared as numbers, 1 and 01 would be one topic; -v would interpret backslashes.
      String one = "topic=" + quoted(topic.id()) + " awk '$1 == ENVIRON[\"topic\"] \"\"' " + FIRST;
      lines.add(new CommandsAnswer.Line("The first stage of this topic", one + " > " + ALONE));
    }
    String folder = record(topic, changed, alone);
    List<Intervention> named =
        changed.interventions().stream()
            .map(one -> new Intervention(one.target(), one.operation().withSource(folder)))
            .toList();
    change(new InterventionSpec(named), alone);
  }

  /**
   * The recording that the spec names.
   *
   * @return its folder: one for each topic, depth and choice of points, since a folder holds one
   *     recording
   */
  private String record(Topic topic, InterventionSpec changed, List<String> alone) {
    List<String> points =
        changed.interventions().stream()
            .filter(one -> !InterventionSpec.of(one).sources().isEmpty())
            .flatMap(one -> one.target().points().stream())
            .distinct()
            .toList();
    List<String> kept = List.of("-hooks", String.join(",", points), "-positions", "all");
    String folder = CandidateRecording.NAME + "." + hash(topic + "\n" + alone + "\n" + kept);
    add(
        "What the plain model computes of its candidates",
        List.of("record"),
        alone,
        kept,
        List.of("-output", folder, RESUME));
    return folder;
  }

  private static String hash(String of) {
    return Sha256.of(of).substring(0, SHORT);
  }

  private void measure(String qrels, List<String> runs) {
    for (String run : runs) {
      add(
          "Measures of " + run,
          List.of("eval", "-q", "-l", String.valueOf(level)),
          each("-m"),
          launch.collections(),
          List.of(qrels, run));
    }
  }

  /** An option with each of the measures. */
  private List<String> each(String option) {
    return measures.stream().flatMap(name -> List.of(option, name).stream()).toList();
  }

  @SafeVarargs
  private void add(String gives, List<String>... words) {
    List<String> all = List.of(words).stream().flatMap(List::stream).toList();
    lines.add(new CommandsAnswer.Line(gives, Identity.commandLine(all)));
  }

  /** A word as a POSIX shell reads it. */
  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
