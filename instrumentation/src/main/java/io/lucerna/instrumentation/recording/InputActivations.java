package io.lucerna.instrumentation.recording;

import ai.djl.ndarray.NDArray;
import io.lucerna.base.Given;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookContext;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.PerCall;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a model computed for one input at some points, on the Java heap: plain numbers that stay
 * when the ranker is closed. It holds four bytes for each number.
 *
 * @param side what the input is
 * @param number its place in the list that was given to the call, from 0
 * @param input the input as the model read it, without padding
 * @param slices the numbers at each point, all tokens of the input, in forward order
 */
public record InputActivations(
    Side side, int number, TokenSequence input, Map<HookPoint, Slice> slices) {

  /** Copies the map. */
  public InputActivations {
    slices = Collections.unmodifiableMap(new LinkedHashMap<>(slices));
  }

  /** {@return the input's tokens, in order: text, word, and where it stands in query or passage} */
  public List<Token> tokens() {
    return input.tokens();
  }

  /**
   * {@return the numbers at a point}
   *
   * @param point one of the points that were asked for
   * @throws IllegalArgumentException if it was not; the message names those that were
   */
  public Slice get(HookPoint point) {
    Slice slice = slices.get(point);
    if (slice == null) {
      throw new IllegalArgumentException(point + " was not recorded; recorded: " + slices.keySet());
    }
    return slice;
  }

  /**
   * {@return the numbers at a point}
   *
   * @param point the name of one of the points that were asked for, such as {@code
   *     blocks.3.attn.hook_pattern}
   * @throws IllegalArgumentException if it was not; the message names those that were
   */
  public Slice get(String point) {
    return get(
        HookPoint.parse(Given.value(point, "the name of the point"))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no point '" + point + "'; recorded: " + slices.keySet())));
  }

  /**
   * Hooks that hand out the activations of each input once its batch has been past all the points:
   * for more inputs than memory would hold. Hooks that a call has before these have had their
   * effect; those after have not.
   *
   * @param registry the points of the ranker or model that is called
   * @param globs names and globs of points
   * @param taker is given each input of the call, in the order in which batches are done; several
   *     threads may call it at once
   * @return hooks for any number of calls
   * @throws IllegalArgumentException if there are no globs, or one matches no point
   */
  public static Hooks hooks(
      HookRegistry registry, List<String> globs, Consumer<InputActivations> taker) {
    return hooks(registry, globs, taker, Hooks::observe);
  }

  /**
   * Hooks that hand out the gradients of each input's score by its activations, in their shapes: of
   * a passage or pair, and of the query that a bi-encoder reads alone, for each passage. The number
   * of such a query is its passage's.
   *
   * @param registry the points of the model that is called
   * @param globs names and globs of points
   * @param taker is given the gradients of each input of the call, in the order in which batches
   *     are done; several threads may call it at once
   * @return hooks for any number of calls
   * @throws IllegalArgumentException if there are no globs, or one matches no point
   */
  public static Hooks gradients(
      HookRegistry registry, List<String> globs, Consumer<InputActivations> taker) {
    return hooks(registry, globs, taker, Hooks::observeGradient);
  }

  /** How an observer is added. */
  private interface Added {
    Hooks to(Hooks hooks, String glob, Hook.Observer observer);
  }

  private static Hooks hooks(
      HookRegistry registry, List<String> globs, Consumer<InputActivations> taker, Added added) {
    Given.value(taker, "the taker");
    List<PointShape> points = PointShape.of(Given.list(globs, "points", "point"), registry);
    if (points.isEmpty()) {
      throw new IllegalArgumentException("name at least one hook point");
    }
    Hook.Observer observer = new PerCall(() -> new Call(points, taker));
    Hooks hooks = Hooks.none();
    for (PointShape point : points) {
      hooks = added.to(hooks, point.point().toString(), observer);
    }
    return hooks.concurrent();
  }

  /** The batches that one call has on their way. */
  private static final class Call implements Hook.Observer {
    private final List<PointShape> points;
    private final Map<HookPoint, PointShape> shapes = new LinkedHashMap<>();
    private final Consumer<InputActivations> taker;

    /** A batch's score may be seen by another thread than the rest. */
    private final Map<TokenBatch, Begun> begun =
        Collections.synchronizedMap(new IdentityHashMap<>());

    Call(List<PointShape> points, Consumer<InputActivations> taker) {
      this.points = points;
      points.forEach(point -> shapes.put(point.point(), point));
      this.taker = taker;
    }

    @Override
    public void observe(HookContext context, NDArray activation) {
      TokenBatch batch = context.batch();
      PointShape shape = Objects.requireNonNull(shapes.get(context.point()));
      Begun own = begun.computeIfAbsent(batch, b -> new Begun(points, b));
      own.slices.put(context.point(), own.capture.slices(shape, activation));
      if (own.slices.size() == own.points) {
        begun.remove(batch);
        own.inputs().forEach(taker);
      }
    }
  }

  /** A batch on its way through the network, which one thread at a time computes. */
  private static final class Begun {
    private final TokenBatch batch;
    private final Capture capture;
    private final int points;
    private final Map<HookPoint, List<Slice>> slices = new LinkedHashMap<>();

    Begun(List<PointShape> points, TokenBatch batch) {
      this.batch = batch;
      this.capture = new Capture(points, Kept.ALL, batch);
      this.points = (int) points.stream().filter(p -> p.reachedOn(batch.side())).count();
    }

    Stream<InputActivations> inputs() {
      return Stream.iterate(0, row -> row < batch.size(), row -> row + 1).map(this::input);
    }

    private InputActivations input(int row) {
      Map<HookPoint, Slice> own = new LinkedHashMap<>();
      slices.forEach((point, rows) -> own.put(point, rows.get(row)));
      return new InputActivations(batch.side(), batch.rows()[row], batch.sequences().get(row), own);
    }
  }
}
