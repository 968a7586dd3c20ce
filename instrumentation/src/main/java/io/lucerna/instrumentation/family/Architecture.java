package io.lucerna.instrumentation.family;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.config.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/** What a model folder's {@code config.json} describes: a Hugging Face class of a known family. */
public final class Architecture {
  private final String name;
  private final Family family;
  private final Settings settings;

  private Architecture(String name, Family family, Settings settings) {
    this.name = name;
    this.family = family;
    this.settings = settings;
  }

  /** Reads a folder that has all files of a model, as {@link #read(ModelFolder)} does. */
  public static Architecture read(Path folder) {
    return read(ModelFolder.of(folder));
  }

  /**
   * Reads {@code config.json} of a model, and where it names no class, infers it from model_type,
   * modules.json and the names of the tensors.
   *
   * @throws CheckpointException if the file is missing or broken, or names no class that is known
   */
  public static Architecture read(ModelFolder folder) {
    Settings settings = Settings.read(folder.body());
    List<String> named = settings.texts("architectures");
    String type = settings.text("model_type", "none");
    String name = named.isEmpty() ? "none" : StatedClass.used(folder, named.getFirst());
    for (Family family : Families.ALL) {
      if (named.isEmpty() && family.type().equals(type)) {
        name = StatedClass.used(folder, StatedClass.told(folder, family, settings));
      }
      if (family.tasks().containsKey(name)) {
        return new Architecture(name, family, settings);
      }
    }
    if (named.isEmpty() && type.equals("none")) {
      throw settings.error(
          "there is neither architectures nor model_type, so the model's family is unknown; "
              + StatedClass.seen(folder, settings));
    }
    throw settings.error(
        String.format(
            Locale.ROOT,
            "architecture %s (model_type %s) is not supported; supported: %s",
            name,
            type,
            String.join(", ", supported())));
  }

  /** The Hugging Face classes that can be read. */
  public static List<String> supported() {
    TreeSet<String> names = new TreeSet<>();
    Families.ALL.forEach(family -> names.addAll(family.tasks().keySet()));
    return List.copyOf(names);
  }

  /** The Hugging Face class. */
  public String name() {
    return name;
  }

  /** The family's name in {@code model_type}. */
  public String family() {
    return family.type();
  }

  /** What the model's output is. */
  public Task task() {
    return Objects.requireNonNull(family.tasks().get(name));
  }

  /** How it is asked, if it reads query and passage in one prompt. */
  public Optional<Prompt> prompt() {
    return Optional.ofNullable(family.prompts().get(task()));
  }

  /** The family. */
  public Family definition() {
    return family;
  }

  /** What {@code config.json} says. */
  public Settings settings() {
    return settings;
  }
}
