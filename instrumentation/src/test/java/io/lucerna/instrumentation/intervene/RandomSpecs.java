package io.lucerna.instrumentation.intervene;

import io.lucerna.instrumentation.intervene.Operation.Per;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSet;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Any spec that the language has, names with quotes and spaces included. */
final class RandomSpecs {
  private static final List<String> POINTS =
      List.of("blocks.3.attn.hook_z", "blocks.*.hook_mlp_out", "hook_full_embed", "*", "?lo*.1?.x");
  private static final List<String> NAMES =
      List.of(
          "a",
          "dir/with space",
          "q\"uote",
          "back\\slash",
          "semi;colon",
          "a=b",
          "\u00e9\ud83d\ude00",
          "[1]",
          "\u2028line",
          "C:\\x y\\\"z");

  private final SplittableRandom random;

  RandomSpecs(long seed) {
    random = new SplittableRandom(seed);
  }

  InterventionSpec next() {
    return new InterventionSpec(list(4, 0, this::intervention));
  }

  private Intervention intervention() {
    Target target =
        new Target(
            list(3, 1, () -> pick(POINTS)),
            maybe(this::ranges),
            maybe(this::ranges),
            maybe(this::positions),
            maybe(this::positions),
            maybe(() -> pick(List.of(Side.values()))));
    return new Intervention(target, operation());
  }

  private Operation operation() {
    return switch (random.nextInt(11)) {
      case 0 -> new Operation.Zero();
      case 1 -> new Operation.SetTo(number());
      case 2 -> new Operation.Scale(number());
      case 3 -> new Operation.Add(vectors(), number());
      case 4 -> new Operation.ProjectOut(vectors());
      case 5 -> new Operation.ProjectOnto(vectors());
      case 6 -> new Operation.Noise(Math.abs(number()), random.nextLong());
      case 7 -> new Operation.Mean(pick(NAMES), pick(List.of(Per.values())));
      case 8 -> new Operation.Resample(pick(NAMES), pick(List.of(Per.values())), random.nextLong());
      case 9 -> new Operation.Custom(pick(NAMES));
      default ->
          new Operation.Patch(pick(NAMES), pick(List.of(Per.values())), maybe(() -> pick(NAMES)));
    };
  }

  private Vectors vectors() {
    if (random.nextBoolean()) {
      Vectors.Stored stored =
          new Vectors.Stored(pick(NAMES) + (random.nextBoolean() ? "#" : ""), pick(NAMES));
      return random.nextInt(4) == 0 ? new Vectors.Row(stored, random.nextInt(100)) : stored;
    }
    if (random.nextInt(4) == 0) {
      return new Vectors.Random(random.nextLong(), 1e-3 + Math.abs(number()));
    }
    int width = 1 + random.nextInt(3);
    return new Vectors.Literal(
        list(
            3,
            1,
            () -> {
              List<Double> row = new ArrayList<>();
              for (int i = 0; i < width; i++) {
                row.add(number());
              }
              row.set(0, 1 + Math.abs(row.getFirst()));
              return row;
            }));
  }

  private double number() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(-5, 5);
      case 1 -> -0.0;
      case 2 -> random.nextDouble() * 1e-300;
      case 3 -> random.nextDouble(-1e300, 1e300);
      default -> random.nextDouble(-3, 3);
    };
  }

  private Ranges ranges() {
    return new Ranges(
        list(
            4,
            1,
            () -> {
              int from = random.nextInt(12);
              return new Ranges.Range(from, from + random.nextInt(4));
            }));
  }

  private TokenSet positions() {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    int chosen = random.nextInt(1, 1 << Role.values().length);
    for (Role role : Role.values()) {
      if ((chosen >> role.ordinal() & 1) == 1 && random.nextInt(3) > 0) {
        roles.add(role);
      }
    }
    return new TokenSet(
        roles,
        list(
            4,
            roles.isEmpty() ? 1 : 0,
            () -> {
              int from = random.nextInt(-9, 9);
              int to = from >= 0 && random.nextBoolean() ? -1 - random.nextInt(5) : from;
              return new TokenSet.Span(from, to);
            }));
  }

  private <T> List<T> list(int most, int least, Supplier<T> item) {
    List<T> items = new ArrayList<>();
    int size = random.nextInt(least, most + 1);
    for (int i = 0; i < size; i++) {
      items.add(item.get());
    }
    return items;
  }

  private <T> Optional<T> maybe(Supplier<T> item) {
    return random.nextBoolean() ? Optional.of(item.get()) : Optional.empty();
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
