package io.lucerna.reranker.input;

import io.lucerna.base.TextFile;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a model's folder that decide its scores besides the weights: configuration,
 * tokenizer, and the settings of sentence-transformers with its modules.
 */
public final class ModelFiles {
  /**
   * By name, so that a file counts even before it exists; what training and publishing leave next
   * to them (results, states, cards) does not.
   */
  private static final Pattern DECIDE =
      Pattern.compile(
          "(config|modules|tokenizer|special_tokens|added_tokens|vocab|merges|sentence|spiece|spm"
              + "|tekken|adapter_config|chat_template|artifact).*\\.(json|txt|model|jinja|metadata)");

  private ModelFiles() {}

  /**
   * {@return SHA-256 of each file, in hex, by its path in the model's folder; those of an adapter's
   * base model are in {@code base/}}
   *
   * @param model where the files are
   * @throws CheckpointException if a file cannot be read
   */
  public static Map<String, String> hashes(ModelFolder model) {
    Map<String, String> hashes = new TreeMap<>();
    try {
      for (Path folder : folders(model)) {
        for (Path file : list(folder)) {
          if (DECIDE.matcher(String.valueOf(file.getFileName())).matches()
              && Files.isRegularFile(file)) {
            hashes.put(name(model, file), TextFile.of(file).sha256());
          }
        }
      }
      return hashes;
    } catch (IOException e) {
      throw new CheckpointException(model.named() + ": " + e.getMessage(), e);
    }
  }

  private static Set<Path> folders(ModelFolder model) {
    Set<Path> folders = new LinkedHashSet<>();
    folders.add(model.named());
    folders.add(model.modules());
    folders.add(model.body());
    folders.add(model.tokenizer());
    model.parts().forEach(part -> folders.add(part.folder()));
    // Where old folders have it, without a modules.json.
    folders.add(model.modules().resolve("1_Pooling"));
    model.adapter().ifPresent(adapter -> folders.add(adapter.folder()));
    folders.removeIf(folder -> !Files.isDirectory(folder));
    return folders;
  }

  private static String name(ModelFolder model, Path file) {
    Path path =
        file.startsWith(model.named())
            ? model.named().relativize(file)
            : Path.of("base")
                .resolve(
                    file.startsWith(model.modules())
                        ? model.modules().relativize(file)
                        : file.getFileName());
    return path.toString().replace('\\', '/');
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
