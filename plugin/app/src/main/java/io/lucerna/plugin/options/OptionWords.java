package io.lucerna.plugin.options;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/**
 * The options that a person gave, to be written into other command lines. None of them is private.
 */
public final class OptionWords {
  private OptionWords() {}

  /**
   * The options that are not as they were, by name, with their values.
   *
   * @param given what a command line was read into, all of its options with one value
   * @param untouched another of the same class
   */
  public static <T> SequencedMap<String, String> of(T given, T untouched) {
    SequencedMap<String, String> words = new LinkedHashMap<>();
    for (Field field : given.getClass().getDeclaredFields()) {
      Option option = field.getAnnotation(Option.class);
      if (option != null) {
        Object value = value(field, given);
        if (value != null && !Objects.equals(value, value(field, untouched))) {
          words.put(option.name(), value.toString());
        }
      }
    }
    return words;
  }

  private static @Nullable Object value(Field field, Object bean) {
    try {
      return field.get(bean);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
