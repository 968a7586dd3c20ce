package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import io.lucerna.eval.Correction;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.Intervention;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.LoadedHook;
import io.lucerna.instrumentation.intervene.Operation;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.instrumentation.intervene.Target;
import io.lucerna.instrumentation.intervene.Vectors;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.patch.HeadEffects;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Makes lists of conditions from short words: {@code heads}, {@code layers}, {@code components},
 * {@code neurons}, {@code directions:FILE}, {@code top:K:DIR[:NAME]}, {@code random:K[:N]}, {@code
 * dose:SPEC:D,D,…}, {@code spec:SPEC}, {@code hook:CODE}; see {@link ConditionWord} for what may
 * follow a word.
 */
@Internal
public final class Conditions {
  /** What precedes the code of a custom hook. */
  public static final String HOOK = "hook:";

  private static final String KNOWN =
      "heads, layers, components, neurons (or of some: heads:8.2,9-11),"
          + " directions:FILE point=POINT, top:K:DIR[:TFC1], random:K[:N], dose:SPEC:0,1,2, spec:SPEC"
          + " and hook:CODE";

  private final ModelCard model;
  private final int layers;
  private final int heads;
  private final int neurons;
  private final long seed;
  private final SpecSources sources;

  /** By their words. */
  private final Map<String, Top> tops = new LinkedHashMap<>();

  /**
   * The heads of largest effect in a patching study.
   *
   * @param name the one that its condition is given
   */
  private record Top(HeadEffects effects, List<Head> heads, Optional<String> name) {
    String id() {
      return "top" + heads.size() + effects.ending();
    }

    /** What tells it from others of as many heads, in the ids of the sets drawn beside it. */
    String ending() {
      return name.map(given -> "-" + given).orElse(effects.ending());
    }
  }

  /** Sets that are drawn beside the same heads, or beside none. */
  private record Series(String id, String what, RandomHeads sets, long seed) {}

  private Conditions(ModelCard model, int neurons, long seed, SpecSources sources) {
    this.sources = sources;
    this.model = model;
    this.layers = model.layers();
    this.heads = model.heads();
    this.neurons = neurons;
    this.seed = seed;
  }

  /**
   * The conditions of a study; the first one is the unchanged model.
   *
   * @param words what was asked for
   * @param model whose parts are changed
   * @param neurons how many each of its MLPs has
   * @param seed of random sets
   * @param sources where the files and recordings are that specs name
   * @return the conditions, whose ids differ
   * @throws IllegalArgumentException if a word cannot be read, or two conditions have one id
   * @throws StudyInputException if a patching study cannot be read, or is of another model
   * @throws IOException if a file that a word names cannot be read
   */
  public static List<Condition> of(
      List<String> words, ModelCard model, int neurons, long seed, SpecSources sources)
      throws IOException {
    Conditions maker = new Conditions(model, neurons, seed, sources);
    List<ConditionWord> asked = words.stream().map(ConditionWord::parse).toList();
    for (ConditionWord one : asked) {
      if (one.word().startsWith("top:")) {
        maker.tops.putIfAbsent(one.word(), maker.top(one));
      }
    }
    List<Condition> all = new ArrayList<>(List.of(Condition.nothing()));
    for (ConditionWord one : asked) {
      all.addAll(maker.make(one));
    }
    tellHooksApart(all);
    Set<String> ids = new HashSet<>();
    for (Condition condition : all) {
      if (!ids.add(condition.id())) {
        throw new IllegalArgumentException(
            condition.id() + " (" + condition.label() + ") occurs twice");
      }
    }
    if (all.size() == 1) {
      throw new IllegalArgumentException("nothing to study; give " + KNOWN);
    }
    return List.copyOf(all);
  }

  /** Hooks whose classes have one name get the start of their hash behind it. */
  private static void tellHooksApart(List<Condition> all) {
    Map<String, Long> named =
        all.stream().collect(Collectors.groupingBy(Condition::id, Collectors.counting()));
    all.replaceAll(
        condition ->
            condition.kind() == Condition.Kind.HOOK && named.getOrDefault(condition.id(), 1L) > 1
                ? condition.called(condition.id() + "-" + condition.identity().shortHash())
                : condition);
  }

  /**
   * {@return what adjusts p-values unless something else is asked for: Benjamini and Hochberg's for
   * a screen of parts of the model, Holm's for a few planned contrasts}
   *
   * @param words what was asked for
   */
  public static Correction correction(List<String> words) {
    boolean screen =
        words.stream()
            .anyMatch(w -> w.matches("(?s)(heads|layers|components|neurons|directions)\\b.*"));
    return screen ? Correction.BH : Correction.HOLM;
  }

  /**
   * {@return how many neurons each MLP of a ranker has}
   *
   * @param ranker what is changed
   */
  public static int neurons(Ranker ranker) {
    return ranker.reading().points().size("d_mlp").orElse(0);
  }

  /**
   * {@return the conditions' specs, fitted to a ranker}
   *
   * @param all the conditions
   * @param ranker what is changed
   * @param sources where the files and recordings are that specs name
   * @throws IllegalArgumentException if one does not fit
   */
  public static List<CompiledSpec> compile(
      List<Condition> all, Ranker ranker, SpecSources sources) {
    List<CompiledSpec> compiled = new ArrayList<>();
    for (Condition condition : all) {
      try {
        compiled.add(
            condition.spec().compile(ranker.reading().points(), ranker.reading().sides(), sources));
      } catch (SpecSyntaxException e) {
        throw new IllegalArgumentException(
            "condition " + condition.id() + " does not fit the model: " + e.getMessage(), e);
      }
    }
    return compiled;
  }

  private List<Condition> make(ConditionWord asked) throws IOException {
    List<Condition> made = made(asked);
    return asked.name().isEmpty() ? made : named(made, asked.name().get());
  }

  /** The name in place of the only id, or before what tells several apart. */
  private static List<Condition> named(List<Condition> made, String name) {
    return made.size() == 1
        ? List.of(made.getFirst().called(name).labelled(name).dosed(of -> name))
        : made.stream()
            .map(one -> one.called(name + "-" + one.id()).labelled(name + ", " + one.label()))
            .map(one -> one.dosed(of -> name + "-" + of))
            .toList();
  }

  private List<Condition> made(ConditionWord asked) throws IOException {
    String word = asked.word();
    int colon = word.indexOf(':');
    String rest = word.substring(colon + 1);
    Ablation ablation = asked.ablation(seed);
    Parts parts = new Parts(layers, heads, neurons, ablation, sources);
    return switch (colon < 0 ? word : word.substring(0, colon + 1)) {
      case "heads", "heads:" -> parts.heads(word);
      case "layers", "layers:" -> parts.mlps(word);
      case "components", "components:" -> parts.components(word);
      case "neurons", "neurons:" -> parts.neurons(word);
      case "top:" -> List.of(together(Objects.requireNonNull(tops.get(word)), parts));
      case "random:" -> random(word, rest, parts);
      case "directions:" -> directions(word, rest, asked.point());
      case "dose:" -> doses(word, rest, asked.directions());
      case HOOK -> {
        LoadedHook hook = sources.hook(rest);
        InterventionSpec spec = InterventionSpec.of(hook.intervention());
        String id = "hook-" + hook.name().replaceAll("[^A-Za-z0-9_]", "_");
        yield List.of(
            Condition.of(id, spec.toString(), Condition.Kind.HOOK, spec).reading(sources));
      }
      case "spec:" -> {
        InterventionSpec spec = spec(word, rest);
        String id = "spec-" + identity(word, spec).shortHash();
        yield List.of(
            Condition.of(id, spec.toString(), Condition.Kind.SPEC, spec).reading(sources));
      }
      default ->
          throw new IllegalArgumentException(
              "no conditions are called '" + word + "'; there are " + KNOWN);
    };
  }

  /** Each vector of a file taken out of what stands at a point. */
  private List<Condition> directions(String word, String text, String point) {
    Vectors.Stored stored;
    int rows;
    Target target;
    try {
      stored = Vectors.Stored.parse(text);
      rows = sources.vectors(stored).length;
      target = Target.of(point);
    } catch (IllegalArgumentException | CheckpointException e) {
      throw new IllegalArgumentException(word + ": " + e.getMessage(), e);
    }
    OptionalInt layer =
        HookPoint.parse(point).stream()
            .mapToInt(HookPoint::layer)
            .filter(number -> number >= 0)
            .findFirst();
    List<Condition> all = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      InterventionSpec spec =
          InterventionSpec.of(
              new Intervention(target, new Operation.ProjectOut(new Vectors.Row(stored, row))));
      Condition one =
          Condition.of(
                  "dir" + row,
                  "direction " + row + " of " + stored.file() + " taken out of " + point,
                  Condition.Kind.PROJECTION,
                  spec)
              .reading(sources);
      all.add(layer.isPresent() ? one.at(layer.getAsInt()) : one);
    }
    return all;
  }

  private Top top(ConditionWord asked) throws IOException {
    String word = asked.word();
    String[] words = word.split(":", 3);
    if (words.length != 3 || words[2].isEmpty()) {
      throw new IllegalArgumentException("expected top:K:DIR, got " + word);
    }
    HeadEffects effects = HeadEffects.read(words[2]);
    effects.requireOf(model);
    return new Top(effects, effects.top(count(word, words[1])), asked.name());
  }

  private static Condition together(Top top, Parts parts) throws IOException {
    Path file = top.effects.file();
    return parts
        .together(
            top.id(),
            "the "
                + top.heads.size()
                + " heads of largest patching effect"
                + top.effects.perturbation().map(of -> " on " + of).orElse(""),
            Condition.Kind.TOP,
            top.heads)
        .madeOf(file.toString(), TextFile.of(file).sha256());
  }

  private int count(String word, String number) {
    int count = 0;
    try {
      count = Integer.parseInt(number);
    } catch (NumberFormatException e) {
      // Reported below with everything else that is not a number.
    }
    if (count < 1 || count > layers * heads) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the number of heads must be in 1..%d, got %s",
              word,
              layers * heads,
              number));
    }
    return count;
  }

  private List<Condition> random(String word, String rest, Parts parts) {
    String[] words = rest.split(":", -1);
    if (words.length > 2) {
      throw new IllegalArgumentException("expected random:K or random:K:N, got " + word);
    }
    int count = count(word, words[0]);
    int sets = words.length == 1 ? 1 : positive(word, words[1]);
    List<Condition> all = new ArrayList<>();
    for (Series series : series(count)) {
      double different = series.sets.different();
      if (sets > different) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                different == 1
                    ? "%s: there is only %.0f such set"
                    : "%s: there are only %.0f such sets",
                word,
                different));
      }
      Set<Set<Head>> drawn = new HashSet<>();
      for (int set = 1; set <= sets; set++) {
        SplittableRandom random = new SplittableRandom(series.seed + 1_000_003L * set);
        List<Head> some = series.sets.draw(random);
        while (!drawn.add(Set.copyOf(some))) {
          some = series.sets.draw(random);
        }
        String id = series.id + "-" + set;
        all.add(parts.together(id, series.what, Condition.Kind.RANDOM, some));
      }
    }
    return all;
  }

  /** One for each top of as many heads; one beside none, if there is no such top. */
  private List<Series> series(int count) {
    String id = "random" + count;
    String what = count + " random heads";
    // Tops of the same heads share a series.
    Map<Set<Head>, Top> beside = new LinkedHashMap<>();
    tops.values().stream()
        .filter(top -> top.heads.size() == count)
        .forEach(top -> beside.putIfAbsent(Set.copyOf(top.heads), top));
    if (beside.isEmpty()) {
      return List.of(new Series(id, what, new RandomHeads(layers, heads, count, List.of()), seed));
    }
    Set<String> endings = new HashSet<>();
    List<Series> all = new ArrayList<>();
    for (Top top : beside.values()) {
      // The sets beside a single top are called as those beside none.
      String ending = beside.size() == 1 ? "" : top.ending();
      all.add(
          new Series(
              endings.add(ending) ? id + ending : id + ending + "-" + (all.size() + 1),
              what + " of the layers of " + top.id(),
              new RandomHeads(layers, heads, count, top.heads),
              seed + 1_000_000_007L * all.size()));
    }
    return all;
  }

  private static int positive(String word, String number) {
    if (!number.matches("[1-9]\\d{0,5}")) {
      throw new IllegalArgumentException(
          word + ": the number of sets must be 1 or more, got " + number);
    }
    return Integer.parseInt(number);
  }

  /** The doses of a vector, then those of each random direction. */
  private List<Condition> doses(String word, String rest, int directions) {
    int colon = rest.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("expected dose:SPEC:0,1,2, got " + word);
    }
    InterventionSpec spec = spec(word, rest.substring(0, colon));
    if (spec.interventions().stream().noneMatch(i -> i.operation() instanceof Operation.Add)) {
      throw new IllegalArgumentException(
          word + ": only an intervention that adds a vector has a dose");
    }
    String id = "dose-" + identity(word, spec).shortHash();
    List<Condition.Dose> doses = new ArrayList<>();
    for (String number : Arrays.asList(rest.substring(colon + 1).split(",", -1))) {
      try {
        doses.add(new Condition.Dose(id, Double.parseDouble(number.strip())));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(word + ": '" + number + "' is not a number", e);
      }
    }
    List<Condition> all = new ArrayList<>();
    for (Condition.Dose dose : doses) {
      String label = "dose " + dose.amount() + " of " + spec;
      all.add(dose(id, label, Condition.Kind.DOSE, spec, dose));
    }
    doses.removeIf(dose -> dose.amount() == 0);
    for (int n = 1; n <= directions && !doses.isEmpty() && hasNorms(spec); n++) {
      InterventionSpec random = random(spec, n);
      for (Condition.Dose dose : doses) {
        String label = "dose " + dose.amount() + " of random direction " + n + ": " + random;
        all.add(dose(id + "-random" + n, label, Condition.Kind.DIRECTION, random, dose));
      }
    }
    return all;
  }

  private Condition dose(
      String id, String label, Condition.Kind kind, InterventionSpec spec, Condition.Dose dose) {
    InterventionSpec given =
        new InterventionSpec(
            spec.interventions().stream().map(i -> withDose(i, dose.amount())).toList());
    return Condition.of(id + "_" + dose.amount(), label, kind, given)
        .withDose(dose)
        .reading(sources);
  }

  /** The same, with random directions of the same lengths in place of the vectors that it adds. */
  private InterventionSpec random(InterventionSpec spec, int number) {
    List<Intervention> all = new ArrayList<>();
    for (Intervention each : spec.interventions()) {
      if (each.operation() instanceof Operation.Add add) {
        long drawn = seed + 1_000_003L * number + 1_000_000_007L * all.size();
        Vectors random = new Vectors.Random(drawn, norm(add.vector()));
        all.add(new Intervention(each.target(), new Operation.Add(random, add.dose())));
      } else {
        all.add(each);
      }
    }
    return new InterventionSpec(all);
  }

  /** What lacks one is refused, with its column, where the doses themselves are compiled. */
  private boolean hasNorms(InterventionSpec spec) {
    return spec.interventions().stream()
        .allMatch(i -> !(i.operation() instanceof Operation.Add add) || norm(add.vector()) > 0);
  }

  private double norm(Vectors vectors) {
    return switch (vectors) {
      case Vectors.Stored stored -> {
        try {
          yield Vectors.length(sources.vectors(stored)[0]);
        } catch (CheckpointException e) {
          yield Double.NaN;
        }
      }
      case Vectors.Literal literal ->
          Vectors.length(
              literal.rows().getFirst().stream().mapToDouble(Double::doubleValue).toArray());
      case Vectors.Random random -> random.norm();
      case Vectors.Row row -> {
        try {
          yield Vectors.length(sources.row(row));
        } catch (CheckpointException e) {
          yield Double.NaN;
        }
      }
    };
  }

  private InterventionSpec identity(String word, InterventionSpec spec) {
    try {
      return spec.identity(sources);
    } catch (SpecSyntaxException e) {
      throw new IllegalArgumentException(word + ": " + e.getMessage(), e);
    }
  }

  private static Intervention withDose(Intervention intervention, double dose) {
    return intervention.operation() instanceof Operation.Add add
        ? new Intervention(
            intervention.target(), new Operation.Add(add.vector(), dose * add.dose()))
        : intervention;
  }

  private static InterventionSpec spec(String word, String line) {
    try {
      InterventionSpec spec = InterventionSpec.parse(line);
      if (spec.isEmpty()) {
        throw new IllegalArgumentException(word + ": the spec is empty");
      }
      return spec;
    } catch (SpecSyntaxException e) {
      throw new IllegalArgumentException(word + ": " + e.getMessage(), e);
    }
  }
}
