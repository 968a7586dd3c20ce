package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Copies of the fixtures' folders, with something changed. */
final class Folders {
  static final Path OWN = Checkout.models();
  private static final ObjectMapper JSON = new ObjectMapper();

  private Folders() {}

  static Path copy(String fixture, Path to) throws IOException {
    Path from = OWN.resolve(fixture);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  static void edit(Path file, Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(json);
    JSON.writeValue(file.toFile(), json);
  }

  /** Writes a folder's model.safetensors anew under other names. */
  static void rename(Path folder, UnaryOperator<String> names) throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsBuilder renamed = new SafetensorsBuilder();
    try (Checkpoint weights = Checkpoints.openFile(file)) {
      for (String name : weights.names()) {
        renamed.floats(names.apply(name), weights.shape(name), weights.floats(name));
      }
    }
    Files.write(file, renamed.build());
  }
}
