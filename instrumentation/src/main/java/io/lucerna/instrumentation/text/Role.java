package io.lucerna.instrumentation.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a token is in its pair of query and passage, so that averages over passages of different
 * lengths mean something.
 */
public enum Role {
  /** The first special token of an input. */
  CLS,
  /** Any other special token, those that a prompt or a marker puts in included. */
  SEP,
  /** A token of the query. */
  QUERY,
  /** A token of a passage word that is a query word, letter for letter but for case. */
  MATCH,
  /** A token of a passage word that has a query word's index term but is not that word. */
  STEM,
  /** A token that only the perturbed passage has. */
  INJECTED,
  /** A token that was put in so that two passages have the same length. */
  FILLER,
  /** Any other token of the passage. */
  OTHER,
  /** A word of the prompt around query and passage, or of a prefix. */
  PROMPT;

  /** {@return the name in options and files: {@code cls}, {@code match}, ..} */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@return the role of an option's value}
   *
   * @param option a role's name in lower case
   * @throws IllegalArgumentException naming the roles that there are
   */
  public static Role parse(String option) {
    for (Role role : values()) {
      if (role.option().equals(option)) {
        return role;
      }
    }
    List<String> known = Arrays.stream(values()).map(Role::option).toList();
    throw new IllegalArgumentException("there is no role '" + option + "'; roles are " + known);
  }
}
