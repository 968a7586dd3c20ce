package io.lucerna.plugin;

import io.lucerna.instrumentation.sweep.Axis;
import io.lucerna.instrumentation.sweep.Direction;
import io.lucerna.instrumentation.sweep.Estimate;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.instrumentation.sweep.PatchingSweep;
import io.lucerna.instrumentation.sweep.SweepResult;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.reranker.ModelCard;
import io.lucerna.studies.patch.PairOutcome;
import io.lucerna.studies.patch.PairSweeper;
import io.lucerna.studies.patch.SweepSettings;
import io.lucerna.topics.ContrastPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A sweep without a model: words are tokens, every score comes from a seeded generator, and each
 * cell moves the score by a share that depends on the cell, with some noise from the pair. A
 * passage's id says what goes wrong with it: {@code long...} is truncated, {@code flat...} changes
 * nothing, {@code tiny...} changes almost nothing. Cells work the other way around for the
 * perturbation {@code AGAINST}.
 */
public final class FakeSweeper implements PairSweeper {
  /** What every sweep takes. */
  public static final double SECONDS = 0.25;

  static final int LAYERS = 6;
  static final int HEADS = 12;

  private final SweepSettings settings;

  /** How many pairs may be swept before the process "dies". */
  private int left;

  /** Added to the scores of the controls. */
  private final float bias;

  public FakeSweeper(SweepSettings settings) {
    this(settings, Integer.MAX_VALUE, 0);
  }

  public FakeSweeper(SweepSettings settings, int left, float bias) {
    this.settings = settings;
    this.left = left;
    this.bias = bias;
  }

  @Override
  public ModelCard card() {
    return new ModelCard(
        "fake",
        "fake",
        "Fake",
        "by chance",
        LAYERS,
        HEADS,
        8,
        100,
        512,
        "00ff",
        Map.of("precision", "fp32"),
        Map.of());
  }

  @Override
  public PairOutcome sweep(
      ContrastPair pair, Optional<ContrastPair> unrelated, List<PatchingSweep.Method> methods) {
    if (left-- <= 0) {
      throw new Stopped();
    }
    if (pair.docid().startsWith("long")) {
      return new PairOutcome.Unusable("truncated: a passage is longer than 512 tokens allow");
    }
    List<Token> base = tokens(pair, pair.base(), pair.perturbed());
    List<Token> perturbed = tokens(pair, pair.perturbed(), pair.base());
    SplittableRandom random = new SplittableRandom(pair.id().hashCode());
    float s = (float) random.nextDouble();
    double change =
        pair.docid().startsWith("flat")
            ? 0
            : pair.docid().startsWith("tiny") ? 1e-5 : 0.1 + 0.5 * random.nextDouble();
    float p = (float) (s + change);
    List<PairOutcome.Patched> ways = new ArrayList<>();
    int way = pair.perturbation().equals("AGAINST") ? -1 : 1;
    for (Direction direction : settings.directions()) {
      boolean denoise = direction == Direction.DENOISE;
      float recipient = denoise ? s : p;
      float donor = denoise ? p : s;
      List<Token> tokens = denoise ? base : perturbed;
      List<Axis> axes = axes(tokens.size());
      float[] patched = new float[axes.stream().mapToInt(Axis::size).reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < patched.length; i++) {
        patched[i] =
            (float) (recipient + way * share(i, axes, tokens, random) * (donor - recipient));
      }
      for (PatchingSweep.Method method : methods) {
        float[] scores = method instanceof Estimate ? near(patched, donor - recipient) : patched;
        ways.add(
            new PairOutcome.Patched(
                new SweepResult(settings.kind(), direction, axes, scores, recipient, donor, tokens),
                method,
                recipient + bias,
                donor,
                unrelated.isEmpty() ? Float.NaN : recipient + 0.1f * (donor - recipient),
                methods.size() == 1
                    ? Optional.empty()
                    : Optional.of(new PairOutcome.Spent(new PatchingSweep.Cost(3, 1), SECONDS))));
      }
    }
    return new PairOutcome.Swept(base, perturbed, s - 0.01f, p, ways);
  }

  /** What an estimate makes of it. */
  private static float[] near(float[] patched, float change) {
    float[] near = patched.clone();
    for (int i = 0; i < near.length; i++) {
      near[i] += 0.05f * change * (i % 3 - 1);
    }
    return near;
  }

  /** The program's end in the middle of the work. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static double share(
      int index, List<Axis> axes, List<Token> tokens, SplittableRandom random) {
    boolean positions = axes.getLast().name().equals(Axis.POSITION);
    int outer = positions ? index / tokens.size() : index;
    double mean = 0.3 * Math.pow(new SplittableRandom(outer).nextDouble() * 2 - 1, 3);
    if (positions) {
      Role role = tokens.get(index % tokens.size()).role();
      mean *= role == Role.MATCH || role == Role.FILLER || role == Role.INJECTED ? 2 : 0.2;
    }
    return mean + 0.1 * (random.nextDouble() - 0.5);
  }

  private List<Axis> axes(int length) {
    Axis layers = numbered("layer", LAYERS);
    return switch (settings.kind()) {
      case BLOCK ->
          List.of(
              new Axis("component", List.of("resid_pre", "attn_out", "mlp_out")),
              layers,
              numbered(Axis.POSITION, length));
      case HEAD -> List.of(layers, numbered("head", HEADS));
      case HEAD_POS ->
          List.of(
              new Axis("component", List.of("z", "pattern")),
              new Axis("head", settings.heads().stream().map(Head::toString).toList()),
              numbered(Axis.POSITION, length));
      case RESID, ATTN, MLP -> List.of(layers);
      case NEURON -> List.of(numbered("unit", 1536));
    };
  }

  private static Axis numbered(String name, int size) {
    return new Axis(name, IntStream.range(0, size).mapToObj(Integer::toString).toList());
  }

  /** Words, the shorter side filled at its end. */
  private static List<Token> tokens(ContrastPair pair, String text, String other) {
    List<String> query = List.of(pair.query().split(" "));
    List<String> words = List.of(text.split(" "));
    int longest = Math.max(words.size(), other.split(" ").length);
    List<Token> tokens = new ArrayList<>(List.of(new Token("[CLS]", -1, -1, 0, 0, Role.CLS)));
    for (int i = 0; i < longest; i++) {
      if (i >= words.size()) {
        tokens.add(new Token("a", 0, -1, 0, 0, Role.FILLER));
      } else {
        boolean injected = i >= other.split(" ").length;
        Role role =
            injected ? Role.INJECTED : query.contains(words.get(i)) ? Role.MATCH : Role.OTHER;
        tokens.add(new Token(words.get(i), 0, i, 0, 1, role));
      }
    }
    tokens.add(new Token("[SEP]", -1, -1, 0, 0, Role.SEP));
    return tokens;
  }

  @Override
  public void close() {}
}
