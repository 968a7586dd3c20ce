package io.lucerna.instrumentation.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RelativeBiasTest {
  @Test
  void bucketsAreThoseOfTransformers() throws IOException {
    JsonNode json;
    try (InputStream in =
        RelativeBiasTest.class.getResourceAsStream(
            "/io/lucerna/instrumentation/relative-buckets.json")) {
      json = new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
    int reach = json.get("reach").asInt();
    int settings = 0;
    for (JsonNode setting : json.get("settings")) {
      int buckets = setting.get("buckets").asInt();
      int farthest = setting.get("farthest").asInt();
      int run = 0;
      for (int offset = -reach; offset <= reach; offset++) {
        JsonNode next = setting.get("offsets").path(run + 1);
        run += next.isInt() && next.asInt() == offset ? 1 : 0;
        assertEquals(
            setting.get("given").get(run).asInt(),
            RelativeBias.bucket(offset, buckets, farthest),
            "offset " + offset + " of " + buckets + " buckets up to " + farthest);
      }
      settings++;
    }
    assertTrue(settings > 10);
  }

  @Test
  void aBiasIsThatOfTheHeadAndOfTheKeySeenFromTheQuery() {
    int buckets = 8;
    int heads = 3;
    int width = 23;
    float[] table = new float[buckets * heads];
    for (int i = 0; i < table.length; i++) {
      table[i] = i;
    }
    try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
      RelativeBias bias = new RelativeBias(scope.create(table, new Shape(buckets, heads)), 12);
      NDArray found = bias.of(width, scope);
      assertEquals(new Shape(1, heads, width, width), found.getShape());
      float[] values = found.toFloatArray();
      for (int head = 0; head < heads; head++) {
        for (int query = 0; query < width; query++) {
          for (int key = 0; key < width; key++) {
            int bucket = RelativeBias.bucket(key - query, buckets, 12);
            assertEquals(
                table[bucket * heads + head],
                values[(head * width + query) * width + key],
                "head " + head + ", query " + query + ", key " + key);
          }
        }
      }
    }
  }
}
