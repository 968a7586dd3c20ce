package io.lucerna.instrumentation.family;

import ai.djl.ndarray.NDArray;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.nn.Attention;
import io.lucerna.instrumentation.nn.DisentangledAttention;
import io.lucerna.instrumentation.nn.Kernels;
import io.lucerna.instrumentation.nn.Linear;
import io.lucerna.instrumentation.nn.RelativeBuckets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What DeBERTa's attention has besides BERT's, while a model is loaded: a table of relative
 * positions, and the maps that make keys and queries of it. As these are the same for all texts,
 * they are made once.
 *
 * @param buckets which row a distance has; null where attention does not know relative positions
 * @param table the table, normed where the model says so [P, H]; null with {@code buckets}
 * @param types {@code c2p}: queries see relative positions; {@code p2c}: these see keys
 * @param shared whether the maps are those of the texts' own queries and keys
 */
record RelativePositions(
    @Nullable RelativeBuckets buckets,
    @Nullable NDArray table,
    List<String> types,
    boolean shared) {
  private static final String TO_POSITION = "c2p";
  private static final String TO_CONTENT = "p2c";

  /** Reads the settings and the table. */
  static RelativePositions load(Loading loading, ModelConfig config, double epsilon) {
    Settings settings = loading.settings();
    Weights weights = loading.weights();
    List<String> types = types(settings);
    boolean shared = settings.flag("share_att_key", false);
    boolean normed = normed(settings);
    if (!used(settings)) {
      return new RelativePositions(null, null, types, shared);
    }
    int stated = settings.integer("max_relative_positions", -1);
    int farthest = stated < 1 ? config.maxPositions() : stated;
    int buckets = settings.integer("position_buckets", -1);
    if (buckets == 1) {
      throw settings.error("position_buckets must be at least 2, or below 1 for none, got 1");
    }
    int span = buckets > 0 ? buckets : farthest;
    NDArray table = weights.body("encoder.rel_embeddings.weight", 2L * span, config.width());
    if (normed) {
      try (NDArray plain = table) {
        table =
            weights
                .layerNorm("encoder.LayerNorm", config.width(), epsilon)
                .apply(plain, Kernels.fast());
      }
    }
    return new RelativePositions(
        new RelativeBuckets(span, buckets, farthest), table, types, shared);
  }

  /** Whether a model of these settings knows relative positions. */
  static boolean used(Settings settings) {
    return settings.flag("relative_attention", false) && !types(settings).isEmpty();
  }

  /** A list, or a text with bars between. */
  private static List<String> types(Settings settings) {
    List<String> types = new ArrayList<>();
    if (settings.json().path("pos_att_type").isTextual()) {
      types.addAll(parts(settings.text("pos_att_type", "")));
    } else {
      types.addAll(settings.texts("pos_att_type"));
    }
    for (String type : types) {
      if (!type.equals(TO_POSITION) && !type.equals(TO_CONTENT)) {
        throw settings.error("pos_att_type holds " + type + "; supported: c2p, p2c");
      }
    }
    return types.stream().distinct().toList();
  }

  private static boolean normed(Settings settings) {
    List<String> ways = parts(settings.text("norm_rel_ebd", "none"));
    for (String way : ways) {
      if (!way.equals("layer_norm") && !way.equals("none")) {
        throw settings.error("norm_rel_ebd holds " + way + "; supported: layer_norm, none");
      }
    }
    return ways.contains("layer_norm");
  }

  private static List<String> parts(String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\|")).map(String::strip).toList();
  }

  /**
   * One layer's attention.
   *
   * @param self what the names of its maps start with
   * @param qkv queries, keys and values in one product [3 H, H]
   * @param output the output projection [H, H]
   */
  Attention attention(
      int layer, ModelConfig config, Weights weights, String self, Linear qkv, Linear output) {
    double scale = 1 / Math.sqrt(config.headWidth() * (1.0 + types.size()));
    if (buckets == null || table == null) {
      return new Attention(layer, config, scale, qkv, output);
    }
    long h = config.width();
    NDArray keys =
        types.contains(TO_POSITION)
            ? byHead(
                shared ? qkv.rows(h, 2 * h) : weights.linear(self + "pos_key_proj", h, h),
                table,
                config)
            : null;
    NDArray queries =
        types.contains(TO_CONTENT)
            ? byHead(
                shared ? qkv.rows(0, h) : weights.linear(self + "pos_query_proj", h, h),
                table,
                config)
            : null;
    return new DisentangledAttention(layer, config, scale, qkv, output, buckets, keys, queries);
  }

  /** [P, H] through a map, for each head: [N, P, D]. The map itself is not needed again. */
  private static NDArray byHead(Linear map, NDArray table, ModelConfig config) {
    long rows = table.getShape().get(0);
    try (map;
        NDArray mapped = map.apply(table, Kernels.fast()); // [P, H]
        NDArray heads = mapped.reshape(rows, config.heads(), config.headWidth())) {
      return heads.transpose(1, 0, 2);
    }
  }

  /** Frees the table once all layers have taken theirs. */
  void close() {
    if (table != null) {
      table.close();
    }
  }
}
