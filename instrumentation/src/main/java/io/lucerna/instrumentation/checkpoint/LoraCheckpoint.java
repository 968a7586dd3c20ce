package io.lucerna.instrumentation.checkpoint;

import io.lucerna.base.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A base model's weights with a LoRA adapter merged into them (Hu et al. 2021): W + s B A for every
 * module that has an update, as PEFT's {@code merge_and_unload} computes it in fp32, and the
 * modules that the adapter stores whole. A piece of a weight is merged when it is read; nothing is
 * kept.
 */
final class LoraCheckpoint implements Checkpoint {
  private static final String PREFIX = "base_model.model.";

  /** The numbers of a piece from which on its rows are shared among threads. */
  private static final int MANY = 1 << 16;

  private final Checkpoint base;
  private final Checkpoint adapter;
  private final AdapterConfig config;
  private final SortedSet<String> names;

  /** By the base's names. */
  private final Map<String, Update> updates = new TreeMap<>();

  /** The adapter's tensor that stands for the base's, by name. */
  private final Map<String, String> whole = new TreeMap<>();

  /**
   * What is added to a weight.
   *
   * @param a the adapter's tensor [r, in], of embeddings [r, V]; null where a bias is added
   * @param b the adapter's tensor [out, r], of embeddings [H, r]; of a bias [out]
   * @param rank r
   * @param scale s
   * @param transposed whether it is (B A)^T that is added, as to embeddings [V, H]
   */
  private record Update(@Nullable String a, String b, int rank, float scale, boolean transposed) {}

  private LoraCheckpoint(Checkpoint base, Checkpoint adapter, AdapterConfig config) {
    this.base = base;
    this.adapter = adapter;
    this.config = config;
    sort();
    SortedSet<String> all = new TreeSet<>(base.names());
    all.addAll(whole.keySet());
    names = Collections.unmodifiableSortedSet(all);
  }

  /**
   * Merges an adapter into a base, which is taken over: it is closed on failure too.
   *
   * @throws CheckpointException if the adapter has no weights, or has what does not fit its base or
   *     its configuration
   */
  static LoraCheckpoint open(Checkpoint base, AdapterConfig config) {
    Checkpoint adapter = null;
    try {
      adapter = Checkpoints.openFile(config.weights());
      return new LoraCheckpoint(base, adapter, config);
    } catch (RuntimeException e) {
      close(base, e);
      if (adapter != null) {
        close(adapter, e);
      }
      throw e;
    }
  }

  private static void close(Checkpoint checkpoint, RuntimeException failed) {
    try {
      checkpoint.close();
    } catch (IOException e) {
      failed.addSuppressed(e);
    }
  }

  /** Finds out what each of the adapter's tensors is. */
  private void sort() {
    SortedMap<String, String> left = new TreeMap<>();
    for (String stored : adapter.names()) {
      String name = stored.startsWith(PREFIX) ? stored.substring(PREFIX.length()) : stored;
      if (!name.contains(".original_module.")) { // what modules_to_save stands for
        name = name.replaceFirst("\\.modules_to_save(\\.default)?\\.", ".");
        name = name.replaceFirst("(\\.lora_(embedding_)?[AB])\\.default", "$1");
        left.putIfAbsent(name.replace(".base_layer.", "."), stored);
      }
    }
    for (String name : left.keySet()) {
      if (name.contains("lora_magnitude_vector")) {
        throw error(name, "is of DoRA, which is not supported");
      }
      if (!name.contains(".lora_")) {
        whole(name, stored(left, name));
      }
    }
    for (String name : left.keySet()) {
      if (name.endsWith(".lora_A.weight")) {
        pair(left, name, ".lora_A.weight", ".lora_B.weight", false);
      } else if (name.endsWith(".lora_embedding_A")) {
        pair(left, name, ".lora_embedding_A", ".lora_embedding_B", true);
      } else if (name.endsWith(".lora_B.bias")) {
        bias(left, name);
      } else if (name.endsWith(".lora_B.weight") || name.endsWith(".lora_embedding_B")) {
        String first = name.replaceFirst("_B(\\.weight)?$", "_A$1");
        if (!left.containsKey(first)) {
          throw error(name, "has no " + first + " next to it");
        }
      } else if (name.contains(".lora_")) {
        throw error(name, "is of a kind of LoRA that is not supported");
      }
    }
    if (updates.isEmpty() && whole.isEmpty()) {
      throw new CheckpointException(adapter + ": holds no tensor");
    }
  }

  private static String stored(SortedMap<String, String> tensors, String name) {
    String stored = tensors.get(name);
    if (stored == null) {
      throw new IllegalStateException(name);
    }
    return stored;
  }

  private void pair(
      SortedMap<String, String> tensors, String name, String a, String b, boolean transposed) {
    String module = name.substring(0, name.length() - a.length());
    if (!tensors.containsKey(module + b)) {
      throw error(name, "has no " + module + b + " next to it");
    }
    if (!config.targets(module)) {
      throw error(
          name, "exists, but target_modules of the adapter's configuration has no such module");
    }
    Update update =
        new Update(
            stored(tensors, name),
            stored(tensors, module + b),
            config.rank(module),
            config.scale(module),
            transposed);
    String weight = required(module + ".weight", name);
    long[] shape = shape(weight);
    long[] first = adapter.shape(stored(tensors, name));
    long[] second = adapter.shape(stored(tensors, module + b));
    long[] in = {update.rank(), shape.length == 2 ? shape[transposed ? 0 : 1] : 0};
    long[] out = {shape.length == 2 ? shape[transposed ? 1 : 0] : 0, update.rank()};
    if (shape.length != 2 || !Arrays.equals(first, in) || !Arrays.equals(second, out)) {
      throw error(
          name,
          String.format(
              Locale.ROOT,
              "%s and %s do not fit the base's %s %s with r %d",
              Arrays.toString(first),
              Arrays.toString(second),
              weight,
              Arrays.toString(shape),
              update.rank()));
    }
    updates.put(weight, update);
  }

  private void bias(SortedMap<String, String> tensors, String name) {
    String module = name.substring(0, name.length() - ".lora_B.bias".length());
    String bias = required(module + ".bias", name);
    String stored = stored(tensors, name);
    if (!Arrays.equals(shape(bias), adapter.shape(stored))) {
      throw error(name, "does not fit the base's " + bias);
    }
    updates.put(bias, new Update(null, stored, 1, config.scale(module), false));
  }

  private void whole(String name, String stored) {
    String found = found(name);
    boolean known = found != null && (name.endsWith(".bias") || name.contains("embed"));
    if (!known && !config.saves(name)) {
      throw error(name, "belongs neither to an update nor to modules_to_save");
    }
    whole.put(found == null ? name : found, stored);
  }

  private String required(String name, String tensor) {
    String found = found(name);
    if (found == null) {
      throw error(tensor, "belongs to a module that the base model " + base + " does not have");
    }
    return found;
  }

  /** The base's tensor, which may be stored with another beginning than the adapter's class has. */
  private @Nullable String found(String name) {
    SortedSet<String> all = base.names();
    String shorter = name.substring(name.indexOf('.') + 1);
    if (all.contains(name) || all.contains(shorter)) {
      return all.contains(name) ? name : shorter;
    }
    return all.stream()
        .filter(other -> other.substring(other.indexOf('.') + 1).equals(name))
        .findFirst()
        .orElse(null);
  }

  private CheckpointException error(String tensor, String what) {
    return new CheckpointException(adapter + ": tensor " + tensor + " " + what);
  }

  @Override
  public SortedSet<String> names() {
    return names;
  }

  @Override
  public long[] shape(String name) {
    String own = whole.get(name);
    return own == null ? base.shape(name) : adapter.shape(own);
  }

  @Override
  public boolean floating(String name) {
    String own = whole.get(name);
    return own == null ? base.floating(name) : adapter.floating(own);
  }

  @Override
  public float[] floats(String name) {
    String own = whole.get(name);
    float[] values = own == null ? base.floats(name) : adapter.floats(own);
    add(name, 0, values);
    return values;
  }

  @Override
  public float[] floats(String name, long from, int count) {
    String own = whole.get(name);
    float[] values =
        own == null ? base.floats(name, from, count) : adapter.floats(own, from, count);
    add(name, from, values);
    return values;
  }

  @Override
  public long[] integers(String name) {
    return base.integers(name);
  }

  /** Adds the update to values of a weight from number {@code from} on. */
  private void add(String name, long from, float[] values) {
    Update update = updates.get(name);
    if (update == null) {
      return;
    }
    float[] b = adapter.floats(update.b());
    if (update.a() == null) {
      for (int i = 0; i < values.length; i++) {
        values[i] += b[(int) from + i] * update.scale();
      }
      return;
    }
    float[] a = adapter.floats(update.a());
    int rank = update.rank();
    // A row of the weight is a sum of rows: of A by B's numbers, of B^T by A^T's of embeddings.
    float[] rows = update.transposed() ? transposed(b, rank) : a; // [r, width]
    float[] factors = update.transposed() ? transposed(a, a.length / rank) : b; // [height, r]
    int width = rows.length / rank;
    int first = (int) (from / width);
    int last = (int) ((from + values.length - 1) / width);
    IntStream each = IntStream.rangeClosed(first, values.length == 0 ? first - 1 : last);
    (values.length < MANY ? each : each.parallel())
        .forEach(
            row -> {
              float[] sum = new float[width];
              for (int k = 0; k < rank; k++) {
                addTo(sum, factors[row * rank + k], rows, k * width);
              }
              long start = (long) row * width - from; // of the row among the values
              int begin = (int) Math.max(0, -start);
              int end = (int) Math.min(width, values.length - start);
              for (int i = begin; i < end; i++) {
                values[(int) (start + i)] += sum[i] * update.scale();
              }
            });
  }

  private static void addTo(float[] sum, float factor, float[] rows, int at) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * rows[at + i];
    }
  }

  /** A matrix of so many columns, the other way round. */
  private static float[] transposed(float[] matrix, int columns) {
    float[] other = new float[matrix.length];
    int rows = matrix.length / columns;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        other[column * rows + row] = matrix[row * columns + column];
      }
    }
    return other;
  }

  /** Over the hashes of base, adapter, and the adapter's configuration, which scales it. */
  @Override
  public String sha256() {
    try {
      MessageDigest digest = Sha256.digest();
      digest.update((base.sha256() + adapter.sha256()).getBytes(StandardCharsets.US_ASCII));
      digest.update(Files.readAllBytes(config.file()));
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new CheckpointException(config.file() + ": cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean traced() {
    return base.traced();
  }

  /** Both, for messages. */
  @Override
  public String toString() {
    return base + " with " + adapter;
  }

  @Override
  public void close() throws IOException {
    try (adapter) {
      base.close();
    }
  }
}
