package io.lucerna.plugin.regress;

import io.lucerna.qrels.Qrels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** A recipe at work. */
public final class RecipeRun {
  private final Recipe recipe;
  private final Locator locator;
  private final Path folder;
  private final Judgments judgments;

  /** The judgments of collections by name. */
  public interface Judgments {
    /** Reads them, fetched if need be. */
    Qrels of(String collection) throws IOException;
  }

  /**
   * Prepares a recipe.
   *
   * @param source where it is
   * @param locator finds its files
   * @param folder where inputs and results go
   * @param judgments of collections
   * @throws RegressException if it cannot be read
   */
  public RecipeRun(RegressionSource source, Locator locator, Path folder, Judgments judgments) {
    this.recipe = Recipe.read(Keys.parse(source.name(), source.content()));
    this.locator = locator;
    this.folder = folder;
    this.judgments = judgments;
  }

  /** The command lines that {@link #run} would run, in order. */
  public List<String> commands() {
    return recipe.commands().stream().map(this::here).map(Words::join).toList();
  }

  /** A command with paths of this machine, or the names of files that are not on it. */
  private List<String> here(List<String> command) {
    List<String> words = new ArrayList<>();
    for (String word : command) {
      String replaced = word.replace("{out}", folder.toString());
      for (Recipe.Needed file : recipe.files()) {
        String path = locator.file(file.name()).map(Path::toString).orElse(file.name());
        replaced = replaced.replace("{file:" + file.name() + "}", path);
      }
      words.add(replaced);
    }
    return words;
  }

  /**
   * Does all of it: a line for each number.
   *
   * @return how many numbers are not as expected, and how many there are
   * @throws RegressException if a file is missing; nothing was run then
   * @throws Exception as commands throw it
   */
  public Summary run(Runner runner) throws Exception {
    SequencedMap<String, List<String>> missing = new LinkedHashMap<>();
    for (Recipe.Needed file : recipe.files()) {
      if (locator.file(file.name()).isEmpty()) {
        missing.computeIfAbsent(file.from(), from -> new ArrayList<>()).add(file.name());
      }
    }
    if (!missing.isEmpty()) {
      List<String> lacking = new ArrayList<>();
      missing.forEach((from, names) -> lacking.add(String.join(", ", names) + " from " + from));
      throw new RegressException(
          recipe.source()
              + ": not in "
              + locator
              + ": "
              + String.join("; ", lacking)
              + "; name the folder that has such files with -corpora");
    }
    Files.createDirectories(folder);
    for (RecipeInput input : recipe.inputs()) {
      input.writeTo(folder, new Here());
    }
    for (List<String> command : recipe.commands()) {
      List<String> words = here(command);
      runner.say("lucerna " + Words.join(words));
      runner.run(words);
    }
    List<Check> checks = new ArrayList<>();
    for (RecipeCheck check : recipe.checks()) {
      for (Check number : check.in(folder, runner)) {
        checks.add(number);
        runner.print(number.toString());
      }
    }
    return Summary.of(checks);
  }

  private final class Here implements RecipeInput.Surroundings {
    @Override
    public Path needed(String name) {
      return locator.file(name).orElseThrow();
    }

    @Override
    public Qrels qrels(String collection) throws IOException {
      return judgments.of(collection);
    }
  }
}
