package io.lucerna.reranker.input;

import io.lucerna.instrumentation.family.Architecture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Architectures by their names. */
final class Architectures {
  private Architectures() {}

  /** What a folder's config.json describes that is written here, and names a class. */
  static Architecture named(Path folder, String name) {
    try {
      Files.writeString(folder.resolve("config.json"), "{\"architectures\": [\"" + name + "\"]}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Architecture.read(folder);
  }
}
