package io.lucerna.plugin.study;

import io.lucerna.instrumentation.intervene.InterventionSpec;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;

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
 */
public record Condition(
    String id,
    String label,
    Kind kind,
    OptionalInt layer,
    OptionalInt head,
    OptionalDouble dose,
    InterventionSpec spec) {

  /** Where a condition comes from. */
  public enum Kind {
    /** The model as it is. */
    NOTHING,
    /** One head. */
    HEAD,
    /** One layer's MLP. */
    MLP,
    /** One layer's whole attention output. */
    COMPONENT,
    /** Several heads at once, chosen by their effects in a patching study. */
    TOP,
    /** Several heads at once, chosen by chance. */
    RANDOM,
    /** One of several doses of a vector. */
    DOSE,
    /** A spec that was written out. */
    SPEC;

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

  /** The model as it is. */
  static Condition nothing() {
    return of("nothing", "nothing", Kind.NOTHING, "");
  }

  static Condition of(String id, String label, Kind kind, String spec) {
    return of(id, label, kind, InterventionSpec.parse(spec));
  }

  static Condition of(String id, String label, Kind kind, InterventionSpec spec) {
    return new Condition(
        id, label, kind, OptionalInt.empty(), OptionalInt.empty(), OptionalDouble.empty(), spec);
  }

  Condition at(int ofLayer) {
    return new Condition(id, label, kind, OptionalInt.of(ofLayer), head, dose, spec);
  }

  Condition at(int ofLayer, int ofHead) {
    return new Condition(
        id, label, kind, OptionalInt.of(ofLayer), OptionalInt.of(ofHead), dose, spec);
  }

  Condition withDose(double much) {
    return new Condition(id, label, kind, layer, head, OptionalDouble.of(much), spec);
  }

  /** The tag of the condition's run. */
  String tag(String model, int depth) {
    String word = model.replaceAll("[^A-Za-z0-9.+_-]+", "_");
    String plain = String.format(Locale.ROOT, "%s-d%d", word, depth);
    return spec.isEmpty() ? plain : plain + "-iv" + spec.shortHash();
  }
}
