package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.Numbers;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What specs change a score by, to first order: for each spec the sum of (what it makes of an
 * activation - the activation) times the score's gradient, over the points that it changes
 * (attribution patching; Kramar et al. 2024, equation 4). One pass there and back serves any number
 * of specs: those that take away parts of one activation share the product, and those that project
 * it share the products with their directions.
 *
 * <p>Sums over positions are in the model's precision, others in double precision. Several threads
 * may use one.
 */
public final class FirstOrder {
  /** How many directions an activation is multiplied with at once. */
  private static final int DIRECTIONS = 256;

  /** What specs do at one point, on some sides. */
  private interface Part {
    /** Adds what each of its specs changes, by text. */
    void add(Here here, double[][] changes);
  }

  /** An activation and its gradient, whose scope holds what is made on the way. */
  private record Here(
      HookContext context,
      PointShape shape,
      NDArray activation,
      NDArray gradient,
      TextIds ids,
      NDManager scope) {

    /** The activation as interventions leave it. */
    NDArray after(List<AppliedIntervention> interventions) {
      NDArray copy = activation.duplicate();
      copy.attach(scope);
      for (AppliedIntervention each : interventions) {
        each.hook(ids, new Tally()).replace(context, copy);
      }
      return copy;
    }

    /** Products of changes and gradients, summed over positions: [text, head, unit]. */
    NDArray products(NDArray after) {
      return Rows.texts(after.subi(activation).muli(gradient), shape).sum(new int[] {1});
    }

    /** The rows of all texts, heads and positions, [rows, unit]. */
    NDArray table(NDArray array) {
      NDArray texts = Rows.texts(array, shape);
      texts.attach(scope);
      return texts.reshape(-1, texts.getShape().get(3));
    }

    /** The number of a row's text in its caller's list. */
    int text(int row) {
      return context.batch().rows()[row];
    }
  }

  /** One spec that takes a part of the activation away. */
  private record Cell(int spec, int[] heads, int[] units) {}

  /** Specs that change each number by itself, and alike: some heads and units each. */
  private record Cells(AppliedIntervention all, List<Cell> cells) implements Part {
    @Override
    public void add(Here here, double[][] changes) {
      NDArray table = here.products(here.after(List.of(all)));
      int heads = (int) table.getShape().get(1);
      int units = (int) table.getShape().get(2);
      double[] sums = Numbers.doubles(table);
      for (int row = 0; row < here.context.batch().size(); row++) {
        for (Cell cell : cells) {
          double sum = 0;
          for (int head : cell.heads) {
            for (int unit : cell.units) {
              sum += sums[(row * heads + head) * units + unit];
            }
          }
          changes[cell.spec][here.text(row)] += sum;
        }
      }
    }
  }

  /**
   * Specs that take directions out of whole activations.
   *
   * @param q orthonormal within a spec
   * @param of for each direction, its spec
   * @param side that alone is changed; empty for all
   */
  private record Directions(List<double[]> q, List<Integer> of, Optional<Side> side)
      implements Part {
    @Override
    public void add(Here here, double[][] changes) {
      TokenBatch batch = here.context.batch();
      if (side.isPresent() && side.get() != batch.side()) {
        return;
      }
      NDArray x = here.table(here.activation);
      NDArray g = here.table(here.gradient);
      long units = x.getShape().get(1);
      for (int from = 0; from < q.size(); from += DIRECTIONS) {
        List<double[]> some = q.subList(from, Math.min(from + DIRECTIONS, q.size()));
        double[] flat = some.stream().flatMapToDouble(Arrays::stream).toArray();
        try (NDManager scope = here.scope.newSubManager();
            NDArray stored = scope.create(flat, new Shape(some.size(), units));
            NDArray directions = stored.toType(x.getDataType(), false).transpose();
            NDArray along = x.matMul(directions);
            NDArray slopes = g.matMul(directions);
            NDArray products = along.muli(slopes).reshape(batch.size(), -1, some.size());
            NDArray sum = products.sum(new int[] {1})) {
          double[] sums = Numbers.doubles(sum);
          for (int i = 0; i < sums.length; i++) {
            changes[of.get(from + i % some.size())][here.text(i / some.size())] -= sums[i];
          }
        }
      }
    }
  }

  /** A spec that no other shares anything with. */
  private record Alone(int spec, List<AppliedIntervention> interventions) implements Part {
    @Override
    public void add(Here here, double[][] changes) {
      double[] sums =
          Numbers.doubles(here.products(here.after(interventions)).sum(new int[] {1, 2}));
      for (int row = 0; row < sums.length; row++) {
        changes[spec][here.text(row)] += sums[row];
      }
    }
  }

  /** The parts of a point, and the sides on which there is anything to do. */
  private static final class Place {
    private final PointShape shape;
    private final List<Part> parts = new ArrayList<>();
    private final Map<Object, Part> shared = new LinkedHashMap<>();
    private final Set<Optional<Side>> sides = new HashSet<>();

    Place(PointShape shape) {
      this.shape = shape;
    }

    boolean on(Side side) {
      return shape.reachedOn(side)
          && (sides.contains(Optional.of(side)) || sides.contains(Optional.<Side>empty()));
    }

    void add(int spec, List<AppliedIntervention> here) {
      here.forEach(each -> sides.add(each.intervention().target().side()));
      AppliedIntervention first = here.getFirst();
      Intervention intervention = first.intervention();
      Optional<Side> side = intervention.target().side();
      AppliedIntervention.Place place = first.at(shape.point());
      if (here.size() > 1 || shape.hasKeys()) {
        parts.add(new Alone(spec, here));
      } else if (byNumber(intervention.operation())) {
        Intervention everywhere =
            new Intervention(intervention.target().whole(), intervention.operation());
        Cells cells =
            sharing(
                Cells.class,
                everywhere,
                () -> new Cells(first.everywhere(shape), new ArrayList<>()));
        cells.cells.add(new Cell(spec, place.heads(), place.units()));
      } else if (place.edit().removed().isPresent()
          && intervention.target().whole().equals(intervention.target())
          && intervention.target().at().isEmpty()) {
        Directions directions =
            sharing(
                Directions.class,
                side,
                () -> new Directions(new ArrayList<>(), new ArrayList<>(), side));
        for (double[] direction : place.edit().removed().get().basis()) {
          directions.q.add(direction);
          directions.of.add(spec);
        }
      } else {
        parts.add(new Alone(spec, here));
      }
    }

    /** The part of those that have this in common, which is made for the first of them. */
    private <P extends Part> P sharing(Class<P> kind, Object common, Supplier<P> maker) {
      return kind.cast(
          shared.computeIfAbsent(
              common,
              s -> {
                P made = maker.get();
                parts.add(made);
                return made;
              }));
    }

    /** Whether what becomes of a number depends on no other, nor on which others are targeted. */
    private static boolean byNumber(Operation operation) {
      return switch (operation) {
        case Operation.Add a -> false;
        case Operation.ProjectOut p -> false;
        case Operation.ProjectOnto p -> false;
        default -> true;
      };
    }
  }

  private final Map<HookPoint, Place> places = new LinkedHashMap<>();

  /**
   * Prepares specs for one ranker.
   *
   * @param specs what is done in each
   * @throws IllegalArgumentException if one of them cannot be predicted, as {@link #check} says
   */
  public FirstOrder(List<CompiledSpec> specs) {
    for (int spec = 0; spec < specs.size(); spec++) {
      check(specs.get(spec));
      Map<HookPoint, List<AppliedIntervention>> byPoint = new LinkedHashMap<>();
      for (AppliedIntervention each : specs.get(spec).applied()) {
        each.places()
            .keySet()
            .forEach(point -> byPoint.computeIfAbsent(point, p -> new ArrayList<>()).add(each));
      }
      int number = spec;
      byPoint.forEach(
          (point, here) ->
              places
                  .computeIfAbsent(point, p -> new Place(here.getFirst().at(p).shape()))
                  .add(number, here));
    }
  }

  /**
   * Checks that what a spec makes of an activation follows from that activation.
   *
   * @param spec a spec
   * @throws IllegalArgumentException if it takes an activation from elsewhere, is code, or changes
   *     the score itself; the message names the intervention
   */
  public static void check(CompiledSpec spec) {
    for (AppliedIntervention each : Given.value(spec, "the spec").applied()) {
      Optional<String> why =
          each.places().keySet().stream().anyMatch(point -> point.site() == Site.SCORE)
              ? Optional.of("changes the score itself, which is no activation of the model")
              : switch (each.intervention().operation()) {
                case Operation.Resample r ->
                    Optional.of("takes the activation of another input, drawn by chance");
                case Operation.Patch p -> Optional.of("takes the activation of another input");
                case Operation.Custom c -> Optional.of("is code");
                default -> Optional.empty();
              };
      if (why.isPresent()) {
        throw new IllegalArgumentException(
            "a gradient cannot predict '" + each.intervention() + "', which " + why.get());
      }
    }
  }

  /**
   * Hooks for one call whose pass goes back: they add to the changes of each text when its
   * gradients are there.
   *
   * @param query the query's id
   * @param pairs for each passage of the call the id of its pair with the query
   * @param side what the call's texts are
   * @param changes by spec and by the text's number in the call's list; those of one text are
   *     written by one thread
   * @return hooks that several threads may call at once; none where nothing is done on this side
   */
  public Hooks hooks(String query, List<String> pairs, Side side, double[][] changes) {
    TextIds ids = new TextIds(Optional.of(query), pairs);
    Map<TokenBatch, Map<HookPoint, NDArray>> seen =
        Collections.synchronizedMap(new IdentityHashMap<>());
    Hooks hooks = Hooks.none();
    for (Map.Entry<HookPoint, Place> entry : places.entrySet()) {
      HookPoint point = entry.getKey();
      Place place = entry.getValue();
      if (place.on(side)) {
        hooks =
            hooks
                .observe(
                    point.toString(),
                    (context, activation) ->
                        seen.computeIfAbsent(context.batch(), b -> new LinkedHashMap<>())
                            .put(point, activation.stopGradient()))
                .observeGradient(
                    point.toString(),
                    (context, gradient) -> {
                      Map<HookPoint, NDArray> own =
                          Objects.requireNonNull(seen.get(context.batch()));
                      NDArray activation = Objects.requireNonNull(own.remove(point));
                      try (activation) {
                        add(place, context, activation, gradient, ids, changes);
                      }
                    });
      }
    }
    return hooks.concurrent();
  }

  private static void add(
      Place place,
      HookContext context,
      NDArray activation,
      NDArray gradient,
      TextIds ids,
      double[][] changes) {
    try (NDManager scope = activation.getManager().newSubManager()) {
      for (Part part : place.parts) {
        try (NDManager inner = scope.newSubManager()) {
          part.add(new Here(context, place.shape, activation, gradient, ids, inner), changes);
        }
      }
    }
  }
}
