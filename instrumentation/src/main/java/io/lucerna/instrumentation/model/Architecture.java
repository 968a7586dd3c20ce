package io.lucerna.instrumentation.model;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  /**
   * Reads {@code config.json} in a model folder.
   *
   * @throws CheckpointException if the file is missing or broken, or names no class that is known
   */
  public static Architecture read(Path folder) {
    Settings settings = Settings.read(folder);
    List<String> named = new ArrayList<>(settings.texts("architectures"));
    named.replaceAll(name -> StatedClass.used(folder, name));
    String type = settings.text("model_type", "none");
    for (Family family : Families.ALL) {
      if (named.isEmpty() && family.type().equals(type)) {
        named.add(family.bare());
      }
      if (!named.isEmpty() && family.tasks().containsKey(named.getFirst())) {
        return new Architecture(named.getFirst(), family, settings);
      }
    }
    throw settings.error(
        String.format(
            java.util.Locale.ROOT,
            "architecture %s (model_type %s) is not supported; supported: %s",
            named.isEmpty() ? "none" : named.getFirst(),
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

  Family definition() {
    return family;
  }

  Settings settings() {
    return settings;
  }
}
