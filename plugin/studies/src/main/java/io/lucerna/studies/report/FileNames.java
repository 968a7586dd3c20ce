package io.lucerna.studies.report;

import java.util.regex.Pattern;

/** Names of files that hold what was named by others. */
final class FileNames {
  private static final Pattern OTHER = Pattern.compile("[^A-Za-z0-9@=.-]+");
  private static final int LONGEST = 60;

  private FileNames() {}

  /** The kind and the name, where the name is safe; its number where it is not. */
  static String of(String kind, String name, int number) {
    boolean safe = !OTHER.matcher(name).find() && name.length() <= LONGEST && !name.isEmpty();
    return kind + "." + (safe ? name : "" + number);
  }

  /** The kind alone for the first of several, with its number for the others. */
  static String numbered(String kind, int number) {
    return number == 1 ? kind : kind + "." + number;
  }
}
