package io.lucerna.plugin.regress;

import io.lucerna.base.NearestNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A published experiment to be done again: files that it needs, inputs that are made of them, the
 * commands of this program, and the numbers that must come out.
 *
 * @param source the file that says all this
 * @param description one line on it
 * @param files what must be at hand
 * @param inputs what is written before the first command
 * @param commands the command lines, in order, without the program's name; {@code {out}} stands for
 *     the folder of the results, {@code {file:NAME}} for one of the files
 * @param checks what is compared
 */
record Recipe(
    String source,
    String description,
    List<Needed> files,
    List<RecipeInput> inputs,
    List<List<String>> commands,
    List<RecipeCheck> checks) {
  /** The key that makes a file a recipe. */
  static final String KEY = "recipe";

  private static final List<String> KNOWN =
      List.of(KEY, "files", "inputs", "commands", "checks", "notes");
  private static final List<String> PROGRAMS = List.of("rerank", "patch");

  /**
   * A file that must be at hand, compressed or not.
   *
   * @param name its name, without folders
   * @param from where people get it
   */
  record Needed(String name, String from) {
    private static Needed read(Keys keys) {
      keys.only(List.of("name", "from"));
      return new Needed(keys.text("name"), keys.text("from"));
    }
  }

  static Recipe read(Keys keys) {
    keys.only(KNOWN);
    List<Needed> files = keys.list("files").stream().map(Needed::read).toList();
    Set<String> names = new HashSet<>();
    files.forEach(file -> names.add(file.name()));
    List<RecipeInput> inputs =
        keys.list("inputs").stream().map(one -> RecipeInput.read(one, names)).toList();
    List<List<String>> commands = new ArrayList<>();
    for (String line : keys.text("commands").lines().filter(line -> !line.isBlank()).toList()) {
      List<String> words = Words.split(line);
      if (!PROGRAMS.contains(words.getFirst())) {
        throw keys.fault(
            "commands",
            "'"
                + words.getFirst()
                + "' is no step of a recipe; there are "
                + String.join(", ", PROGRAMS)
                + NearestNames.hint(words.getFirst(), PROGRAMS));
      }
      commands.add(words);
    }
    List<RecipeCheck> checks = keys.someOf("checks").stream().map(RecipeCheck::read).toList();
    return new Recipe(keys.source(), keys.text(KEY), files, inputs, commands, checks);
  }
}
