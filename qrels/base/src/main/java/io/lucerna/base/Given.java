package io.lucerna.base;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses null where a caller must give something, and says what is null. */
public final class Given {
  private Given() {}

  /**
   * The value.
   *
   * @param what names it in the message, such as {@code the query}
   * @throws IllegalArgumentException if it is null
   */
  public static <T> T value(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalArgumentException(what + " is null");
    }
    return value;
  }

  /**
   * A copy of a list, or of another collection in its order.
   *
   * @param all names the elements in the message, such as {@code passages}
   * @param one names one of them, such as {@code passage}; they count from 0
   * @throws IllegalArgumentException if the list or one of its elements is null
   */
  public static <T> List<T> list(
      @Nullable Collection<? extends @Nullable T> list, String all, String one) {
    if (list == null) {
      throw new IllegalArgumentException("the list of " + all + " is null");
    }
    int number = 0;
    for (T element : list) {
      if (element == null) {
        throw new IllegalArgumentException(one + " " + number + " is null");
      }
      number++;
    }
    return List.copyOf(list);
  }
}
