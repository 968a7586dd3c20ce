package io.lucerna.explorer;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Numbers that may be missing, as JSON has them. */
final class OrNull {
  private OrNull() {}

  static @Nullable Integer of(OptionalInt number) {
    return number.isPresent() ? Integer.valueOf(number.getAsInt()) : null;
  }

  static @Nullable Double of(OptionalDouble number) {
    return number.isPresent() ? Double.valueOf(number.getAsDouble()) : null;
  }
}
