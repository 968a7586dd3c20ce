package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.intervene.Operation.Per;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Fits a spec to one ranker: finds points, checks numbers, reads what it names. */
final class Compiler {
  private final HookRegistry registry;
  private final List<Side> sides;
  private final SpecSources sources;
  private final Map<String, Recorded> recordings = new HashMap<>();
  private final Map<String, LoadedHook> hooks = new HashMap<>();

  Compiler(HookRegistry registry, List<Side> sides, SpecSources sources) {
    this.registry = registry;
    this.sides = sides;
    this.sources = sources;
  }

  CompiledSpec compile(InterventionSpec spec) {
    return new CompiledSpec(spec, spec.interventions().stream().map(this::compile).toList());
  }

  private AppliedIntervention compile(Intervention intervention) {
    Target target = intervention.target();
    target.side().ifPresent(side -> checkSide(intervention, side));
    Map<HookPoint, AppliedIntervention.Place> places = new LinkedHashMap<>();
    for (HookPoint point : points(intervention)) {
      PointShape shape = PointShape.of(point, registry);
      check(intervention, shape);
      int[] heads = target.heads().map(Ranges::numbers).orElseGet(() -> all(shape.heads()));
      int[] units = target.units().map(Ranges::numbers).orElseGet(() -> all(shape.units()));
      Edit edit = edit(intervention, shape, units.length);
      places.put(point, new AppliedIntervention.Place(shape, heads, units, edit));
    }
    return new AppliedIntervention(intervention, places);
  }

  private static int[] all(int count) {
    return IntStream.range(0, count).toArray();
  }

  private static SpecSyntaxException error(Intervention intervention, String key, String message) {
    return SpecSyntaxException.at(
        intervention.toString(), SpecWriter.indexOf(intervention, key), message);
  }

  private static <T> T at(Intervention intervention, String key, Supplier<T> work) {
    try {
      return work.get();
    } catch (SpecSyntaxException | HookSourceException e) {
      throw e; // they say where
    } catch (IllegalArgumentException | CheckpointException e) {
      throw error(intervention, key, String.valueOf(e.getMessage()));
    }
  }

  private void checkSide(Intervention intervention, Side side) {
    if (!sides.contains(side)) {
      String read = sides.stream().map(SpecWriter::option).collect(Collectors.joining(" and "));
      throw error(
          intervention,
          "side",
          "this ranker reads no "
              + SpecWriter.option(side)
              + " on its own; its sides are: "
              + read
              + (sides.contains(Side.PAIR) ? " (at=query or at=passage select tokens)" : ""));
    }
  }

  /** In forward order, each once. */
  private List<HookPoint> points(Intervention intervention) {
    Set<HookPoint> found = new LinkedHashSet<>();
    for (String glob : intervention.target().points()) {
      found.addAll(at(intervention, "points", () -> registry.match(glob)));
    }
    return registry.points().stream().filter(found::contains).toList();
  }

  private static void check(Intervention intervention, PointShape shape) {
    Target target = intervention.target();
    HookPoint point = shape.point();
    String described = point + " [" + point.dimensions() + "]";
    if (target.heads().isPresent()) {
      if (!shape.hasHeads()) {
        throw error(intervention, "head", described + " has no heads");
      }
      inRange(intervention, "head", target.heads().get(), shape.heads(), point);
    }
    if (target.units().isPresent()) {
      if (shape.hasKeys()) {
        throw error(
            intervention, "unit", described + " has positions as its last dimension: say keys=");
      }
      inRange(intervention, "unit", target.units().get(), shape.units(), point);
    }
    if (target.at().isPresent() && !shape.hasPositions()) {
      throw error(intervention, "at", described + " has no positions" + atDecoder(shape));
    }
    if (target.keys().isPresent() && !shape.hasKeys()) {
      throw error(
          intervention,
          "keys",
          described + " has no key positions; attention scores and patterns do");
    }
  }

  private static String atDecoder(PointShape shape) {
    if (!shape.ofDecoder()) {
      return "";
    }
    return shape.hasKeys()
        ? " that attend but the decoder's only one: say keys= for the tokens that it attends to"
        : " of the text: this is at the decoder's only one";
  }

  private static void inRange(
      Intervention intervention, String key, Ranges numbers, int size, HookPoint point) {
    if (numbers.max() >= size) {
      throw error(
          intervention,
          key,
          key + " " + numbers.max() + " is not in 0.." + (size - 1) + ", which " + point + " has");
    }
  }

  private Edit edit(Intervention intervention, PointShape shape, int units) {
    return switch (intervention.operation()) {
      case Operation.Zero zero -> Edit.set(0);
      case Operation.SetTo set -> Edit.set(set.value());
      case Operation.Scale scale -> Edit.scale(scale.factor());
      case Operation.Add add -> {
        double[][] vectors = vectors(intervention, add.vector(), shape, units);
        if (vectors.length != 1) {
          throw error(intervention, "vector", "add takes one vector, got " + vectors.length);
        }
        yield Edit.add(vectors[0], add.dose());
      }
      case Operation.ProjectOut project ->
          Edit.project(subspace(intervention, project.vectors(), shape, units), false);
      case Operation.ProjectOnto project ->
          Edit.project(subspace(intervention, project.vectors(), shape, units), true);
      case Operation.Noise noise -> Edit.noise(noise.std(), noise.seed(), shape);
      case Operation.Mean mean -> mean(intervention, mean, shape);
      case Operation.Resample resample -> {
        Recorded from = recorded(intervention, resample.from(), resample.per(), shape);
        yield Edit.recorded(
            text ->
                from.donor(from.other(text, resample.seed()), text.side(), shape)
                    .cell(text.tokens().tokens(), resample.per()));
      }
      case Operation.Patch patch -> patch(intervention, patch, shape);
      case Operation.Custom custom ->
          Edit.custom(
              hooks.computeIfAbsent(
                  custom.code(), code -> at(intervention, "code", () -> sources.hook(code))),
              shape);
    };
  }

  private Subspace subspace(
      Intervention intervention, Vectors vectors, PointShape shape, int units) {
    double[][] rows = vectors(intervention, vectors, shape, units);
    return at(intervention, "vector", () -> Subspace.spanning(rows));
  }

  private double[][] vectors(
      Intervention intervention, Vectors vectors, PointShape shape, int units) {
    if (shape.hasKeys()) {
      throw error(
          intervention,
          "vector",
          shape.point() + " has positions as its last dimension, for which there are no vectors");
    }
    double[][] rows =
        switch (vectors) {
          case Vectors.Stored stored -> at(intervention, "vector", () -> sources.vectors(stored));
          case Vectors.Row row ->
              new double[][] {at(intervention, "vector", () -> sources.row(row))};
          case Vectors.Literal literal ->
              literal.rows().stream()
                  .map(row -> row.stream().mapToDouble(Double::doubleValue).toArray())
                  .toArray(double[][]::new);
          case Vectors.Random random -> new double[][] {random.of(units)};
        };
    for (double[] row : rows) {
      if (row.length != units) {
        throw error(
            intervention,
            "vector",
            "the vector has "
                + row.length
                + " numbers, where "
                + shape.point()
                + " has "
                + units
                + (intervention.target().units().isPresent() ? " targeted units" : " units"));
      }
      if (Arrays.stream(row).allMatch(x -> x == 0)) {
        throw error(intervention, "vector", "a vector must not be zero");
      }
    }
    return rows;
  }

  private Edit mean(Intervention intervention, Operation.Mean mean, PointShape shape) {
    Recorded from = recorded(intervention, mean.from(), mean.per(), shape);
    Map<Side, Means> means = new EnumMap<>(Side.class);
    for (Side side : sidesOf(intervention, shape)) {
      means.put(side, at(intervention, "from", () -> Means.of(from, shape, side, mean.per())));
    }
    return Edit.recorded(
        text -> {
          Means here = means.get(text.side());
          if (here == null) {
            throw new AssertionError(text.side());
          }
          return here.cell(text.tokens().tokens());
        });
  }

  private Edit patch(Intervention intervention, Operation.Patch patch, PointShape shape) {
    Recorded from = recorded(intervention, patch.from(), patch.per(), shape);
    Optional<String> donor = patch.donor();
    if (donor.isPresent()) {
      at(
          intervention,
          "donor",
          () -> {
            from.require(donor.get());
            return donor;
          });
    }
    return Edit.recorded(
        text -> {
          String id = donor.orElseGet(() -> from.own(text));
          return from.donor(id, text.side(), shape).cell(text.tokens().tokens(), patch.per());
        });
  }

  private List<Side> sidesOf(Intervention intervention, PointShape shape) {
    return intervention
        .target()
        .side()
        .map(List::of)
        .orElseGet(() -> sides.stream().filter(side -> shape.reachedOn(side)).toList());
  }

  private Recorded recorded(Intervention intervention, String name, Per per, PointShape shape) {
    if (shape.hasKeys() && per == Per.ROLE) {
      String why =
          shape.kind() == PointShape.Kind.BY_KEY
              ? " relates two positions, which one role does not identify"
              : " has positions as its last dimension, which the role of one position does not "
                  + "identify";
      throw error(intervention, "per", shape.point() + why + ": say per=position");
    }
    return at(
        intervention,
        "from",
        () -> {
          Recorded found =
              recordings.computeIfAbsent(name, n -> new Recorded(n, sources.recording(n)));
          sidesOf(intervention, shape).forEach(side -> found.require(shape, side));
          return found;
        });
  }
}
