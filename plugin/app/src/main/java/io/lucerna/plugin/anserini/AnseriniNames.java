package io.lucerna.plugin.anserini;

/**
 * Checks the class names that Anserini's options carry before Anserini, which continues regardless,
 * sees them.
 */
public final class AnseriniNames {
  private AnseriniNames() {}

  /**
   * Finds the class of that simple name in an Anserini package.
   *
   * @param what who names it, for the message
   * @throws IllegalArgumentException if there is none
   */
  public static Class<?> require(String prefix, String simpleName, String what) {
    try {
      return Class.forName(prefix + simpleName);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException(
          what
              + ": Anserini has no class "
              + simpleName
              + " in "
              + prefix.substring(0, prefix.length() - 1),
          e);
    }
  }
}
