package io.lucerna.plugin.regress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Small models of random weights, with the tensors of a fixture and room for 512 tokens. */
final class RandomModel {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int POSITIONS = 512;

  private RandomModel() {}

  /**
   * Writes a model.
   *
   * @param fixture whose architecture it has
   * @param task the architecture's name in config.json
   * @param seed of the weights
   */
  static Path write(String fixture, String task, long seed, Path folder) throws IOException {
    Path from = Checkout.models().resolve(fixture);
    Files.createDirectories(folder);
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(from.resolve(file), folder.resolve(file));
    }
    ObjectNode config = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
    config.put("max_position_embeddings", POSITIONS).putArray("architectures").add(task);
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    boolean head = task.endsWith("Classification");
    weights(from.resolve("model.safetensors"), head, new Random(seed), folder);
    return folder;
  }

  private static void weights(Path fixture, boolean head, Random random, Path folder)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(fixture)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) bytes.getLong()];
    bytes.get(header);
    ObjectNode tensors = JSON.createObjectNode();
    List<Float> values = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : JSON.readTree(header).properties()) {
      String name = entry.getKey();
      if (name.startsWith("__") || !head && name.contains("classifier")) {
        continue;
      }
      int start = values.size();
      List<Integer> shape = new ArrayList<>();
      entry.getValue().path("shape").forEach(size -> shape.add(size.asInt()));
      if (name.contains("position_embeddings")) {
        shape.set(0, POSITIONS);
      }
      boolean norm = name.toLowerCase(Locale.ROOT).matches(".*layer_?norm\\.weight");
      int count = shape.stream().reduce(1, (a, b) -> a * b);
      for (int i = 0; i < count; i++) {
        values.add((float) ((norm ? 1 : 0) + .3 * random.nextGaussian()));
      }
      ObjectNode tensor = tensors.putObject(name).put("dtype", "F32");
      shape.forEach(tensor.putArray("shape")::add);
      tensor.putArray("data_offsets").add(4 * start).add(4 * values.size());
    }
    byte[] described = tensors.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + described.length + 4 * values.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(described.length)
            .put(described);
    values.forEach(out::putFloat);
    Files.write(folder.resolve("model.safetensors"), out.array());
  }
}
