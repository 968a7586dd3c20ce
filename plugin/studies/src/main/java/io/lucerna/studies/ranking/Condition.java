package io.lucerna.studies.ranking;

import io.lucerna.base.Internal;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.Operation;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.reranker.ModelCard;
import io.lucerna.studies.work.JournalSettings;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * What is done to the model while all candidates are reranked.
 *
 * @param id names it in files: letters, digits, {@code . + - _}
 * @param label names it for people
 * @param kind where it comes from
 * @param layer the layer that it is of, if it is of one
 * @param head the head that it is of, if it is of one
 * @param dose how much, if it is one of several doses
 * @param spec what is done
 * @param identity what decides the scores: the spec, with hashes in place of the names of files
 * @param inputs hashes of the files that it was made of, by name
 */
@Internal
public record Condition(
    String id,
    String label,
    Kind kind,
    OptionalInt layer,
    OptionalInt head,
    Optional<Dose> dose,
    InterventionSpec spec,
    InterventionSpec identity,
    Map<String, String> inputs) {

  /**
   * How much of a vector.
   *
   * @param of names the vector: the start of the ids of all its doses
   * @param amount how much
   */
  public record Dose(String of, double amount) {}

  /** Where a condition comes from. */
  public enum Kind {
    /** The unchanged model. */
    NOTHING,
    /** One head. */
    HEAD,
    /** One layer's MLP. */
    MLP,
    /** One layer's whole attention output. */
    COMPONENT,
    /** One neuron of an MLP. */
    NEURON,
    /** One direction of a file, taken out of an activation. */
    PROJECTION,
    /** Several heads at once, chosen by their effects in a patching study. */
    TOP,
    /** Several heads at once, chosen by chance. */
    RANDOM,
    /** One of several doses of a vector. */
    DOSE,
    /** A random direction in place of that vector: what any vector of its length does. */
    DIRECTION,
    /** A spec that was written out. */
    SPEC,
    /** A person's own code. */
    HOOK;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the id. */
  public Condition {
    if (!id.matches("[A-Za-z0-9][A-Za-z0-9.+_-]*")) {
      throw new IllegalArgumentException("a condition cannot be called '" + id + "'");
    }
  }

  /** The unchanged model. */
  static Condition nothing() {
    return of("nothing", "nothing", Kind.NOTHING, "");
  }

  static Condition of(String id, String label, Kind kind, String spec) {
    return of(id, label, kind, InterventionSpec.parse(spec));
  }

  static Condition of(String id, String label, Kind kind, InterventionSpec spec) {
    return new Condition(
        id,
        label,
        kind,
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        spec,
        spec,
        Map.of());
  }

  /**
   * The same, with the hashes of what its spec names.
   *
   * @throws io.lucerna.instrumentation.intervene.SpecSyntaxException if that is not there
   */
  Condition reading(SpecSources sources) {
    Map<String, String> hashes = new LinkedHashMap<>();
    InterventionSpec hashed = spec.identity(sources);
    spec.sources().forEach(source -> hashes.put(source.name(), sources.sha256(source)));
    return new Condition(id, label, kind, layer, head, dose, spec, hashed, hashes);
  }

  /** The same under another id. */
  Condition called(String other) {
    return new Condition(other, label, kind, layer, head, dose, spec, identity, inputs);
  }

  /** The same with other words for people. */
  Condition labelled(String other) {
    return new Condition(id, other, kind, layer, head, dose, spec, identity, inputs);
  }

  /** The same, made of one more file. */
  Condition madeOf(String file, String sha256) {
    Map<String, String> more = new LinkedHashMap<>(Map.of(file, sha256));
    more.putAll(inputs);
    return new Condition(id, label, kind, layer, head, dose, spec, identity, more);
  }

  /** Adds what decides its scores; where its files are does not. */
  void decide(JournalSettings settings, int number) {
    int input = 0;
    for (Map.Entry<String, String> file : inputs.entrySet()) {
      input++;
      settings.put("input " + input + " of condition " + number, file.getValue(), file.getKey());
    }
    settings.put("condition " + number, identity.toString(), id);
  }

  Condition at(int ofLayer) {
    return new Condition(
        id, label, kind, OptionalInt.of(ofLayer), head, dose, spec, identity, inputs);
  }

  Condition at(int ofLayer, int ofHead) {
    return new Condition(
        id,
        label,
        kind,
        OptionalInt.of(ofLayer),
        OptionalInt.of(ofHead),
        dose,
        spec,
        identity,
        inputs);
  }

  Condition withDose(Dose much) {
    return new Condition(id, label, kind, layer, head, Optional.of(much), spec, identity, inputs);
  }

  /** The same with another name for the vector, if it is a dose of one. */
  Condition dosed(UnaryOperator<String> name) {
    return dose.map(much -> withDose(new Dose(name.apply(much.of()), much.amount()))).orElse(this);
  }

  /**
   * Whether its p-values are among those that are corrected together. A dose of 0 of what only adds
   * changes nothing, and of random directions nothing is asked: they are what doses are compared
   * with.
   */
  boolean isTested() {
    return kind != Kind.DIRECTION && !addsNothing();
  }

  private boolean addsNothing() {
    return dose.filter(much -> much.amount() == 0).isPresent() && onlyAdds(spec);
  }

  /** Whether a spec does nothing at a dose of 0. */
  static boolean onlyAdds(InterventionSpec spec) {
    return spec.interventions().stream()
        .allMatch(each -> each.operation() instanceof Operation.Add);
  }

  /** The tag of the condition's run. */
  String tag(ModelCard model, int depth) {
    String plain = String.format(Locale.ROOT, "%s-d%d", model.tag(), depth);
    return spec.isEmpty() ? plain : plain + "-iv" + identity.shortHash();
  }
}
