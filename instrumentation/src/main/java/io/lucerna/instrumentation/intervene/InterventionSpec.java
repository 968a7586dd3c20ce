package io.lucerna.instrumentation.intervene;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.base.Sha256;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Interventions as data: a list, done in order wherever several meet at one point. It can be read
 * from a line or from JSON, prints as the line that reads back as itself, and has a hash.
 *
 * <pre>{@code
 * zero blocks.3.attn.hook_z head=7 at=match,stem; add blocks.5.hook_resid_pre vector=dir.safetensors#v dose=2
 * }</pre>
 *
 * <p>The language is described in docs/interventions.md.
 *
 * @param interventions the list; empty for a spec that changes nothing
 */
public record InterventionSpec(List<Intervention> interventions) {
  private static final InterventionSpec NONE = new InterventionSpec(List.of());
  private static final int SHORT = 8;

  /** Copies the list. */
  public InterventionSpec {
    interventions = List.copyOf(interventions);
  }

  /** {@return the spec that changes nothing} */
  public static InterventionSpec none() {
    return NONE;
  }

  /**
   * {@return a spec of these interventions}
   *
   * @param interventions in the order in which they are done
   */
  public static InterventionSpec of(Intervention... interventions) {
    return new InterventionSpec(List.of(interventions));
  }

  /**
   * Reads a line; a blank one is the empty spec.
   *
   * @param line interventions separated by semicolons
   * @return the spec, which prints as one form of this line
   * @throws SpecSyntaxException with the column, and what was expected there
   */
  public static InterventionSpec parse(String line) {
    return SpecLine.parse(line);
  }

  /**
   * Reads the JSON form: an object with the list {@code interventions}, or the list itself, of
   * objects or lines.
   *
   * @param tree an object or a list
   * @return the spec
   * @throws SpecSyntaxException with the path in the tree, and what was expected there
   */
  public static InterventionSpec fromJson(JsonNode tree) {
    return SpecJson.read(tree);
  }

  /** {@return the JSON form, which {@link #fromJson} reads back as this spec} */
  public JsonNode toJson() {
    return SpecWriter.json(this);
  }

  /**
   * Makes hooks of this spec for one ranker.
   *
   * @param points the ranker's hook points
   * @param sides what the ranker reads
   * @param sources where recordings and vectors are found
   * @return hooks with a count of what they do, for this ranker alone
   * @throws SpecSyntaxException if the spec does not fit the ranker, or what it names is not there
   */
  public CompiledSpec compile(HookRegistry points, List<Side> sides, SpecSources sources) {
    return new Compiler(points, sides, sources).compile(this);
  }

  /**
   * {@return this spec's interventions, then the other's}
   *
   * @param other what is done after this, wherever both meet
   */
  public InterventionSpec and(InterventionSpec other) {
    List<Intervention> all = new ArrayList<>(interventions);
    all.addAll(other.interventions);
    return new InterventionSpec(all);
  }

  /** {@return what it names outside itself, each once, in its order} */
  public List<SpecSource> sources() {
    return interventions.stream()
        .flatMap(intervention -> intervention.operation().source().stream())
        .distinct()
        .toList();
  }

  /**
   * {@return what decides the effect of this spec, wherever the files are: the spec with the hash
   * of what is there, {@code sha256:HEX}, in place of each name} A spec that names nothing is its
   * own identity.
   *
   * @param found where recordings, vectors and code are found
   * @throws SpecSyntaxException if something that it names is not there
   */
  public InterventionSpec identity(SpecSources found) {
    return new InterventionSpec(
        interventions.stream().map(intervention -> identity(intervention, found)).toList());
  }

  private static Intervention identity(Intervention intervention, SpecSources found) {
    Optional<SpecSource> source = intervention.operation().source();
    if (source.isEmpty()) {
      return intervention;
    }
    try {
      String name = "sha256:" + found.sha256(source.get());
      return new Intervention(intervention.target(), intervention.operation().withSource(name));
    } catch (IllegalArgumentException | CheckpointException e) {
      String key = source.get().kind().key();
      throw SpecSyntaxException.at(
          intervention.toString(),
          SpecWriter.indexOf(intervention, key),
          String.valueOf(e.getMessage()));
    }
  }

  /** {@return whether nothing is changed} */
  public boolean isEmpty() {
    return interventions.isEmpty();
  }

  /** {@return SHA-256 of the printed form in UTF-8, in hex} */
  public String sha256() {
    return Sha256.of(toString());
  }

  /** {@return the first 8 digits of the hash, for run tags} */
  public String shortHash() {
    return sha256().substring(0, SHORT);
  }

  /** The line that reads back as this spec: one form for each meaning. */
  @Override
  public String toString() {
    return interventions.stream().map(Intervention::toString).collect(Collectors.joining("; "));
  }
}
