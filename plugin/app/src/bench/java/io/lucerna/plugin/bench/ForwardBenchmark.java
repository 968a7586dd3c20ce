package io.lucerna.plugin.bench;

import ai.onnxruntime.OrtException;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One forward pass over equal batches, here and in ONNX Runtime. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 2, time = 3)
public class ForwardBenchmark {
  static final String MINILM = "minilm";
  private static final float BOUND = 1e-5f;

  /** The embedded model, or a folder that has model.onnx beside model.safetensors. */
  @Param(MINILM)
  public String model = MINILM;

  /** Texts in the batch x tokens in each. */
  @Param("16x73")
  public String shape = "16x73";

  private HookedModel hooked;
  private OnnxPeer onnx;
  private List<TokenBatch> batches;
  private long[][] ids;

  /** Opens both models and draws token ids. */
  @Setup(Level.Trial)
  public void open() throws IOException, OrtException {
    Path cache = Path.of(System.getProperty("user.home"), ".cache/lucerna");
    Path folder = model.equals(MINILM) ? new Minilm().folder(cache) : Path.of(model);
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      hooked =
          HookedModel.open(
              Architecture.read(folder), checkpoint, OutputSettings.defaults(), Precision.FP32);
    }
    onnx = new OnnxPeer(folder);
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    Random random = new Random(7);
    ids = new long[sizes[0]][];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.longs(sizes[1], 1000, 30000).toArray();
    }
    List<TokenSequence> texts =
        Arrays.stream(ids).map(row -> TokenSequence.ofIds(row, new long[row.length])).toList();
    // As rerankers do: several batches at once, on one thread each.
    int size = ScorerOptions.DEFAULT_BATCH;
    batches = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += size) {
      List<TokenSequence> some = texts.subList(from, Math.min(from + size, texts.size()));
      batches.add(TokenBatch.of(some, 0, TokenBatch.Side.PASSAGE));
    }
    float[] own = lucerna().getFirst()[0];
    float[] peer = onnxRuntime()[0];
    for (int i = 0; i < own.length; i++) {
      if (Math.abs(own[i] - peer[i]) > BOUND * Math.max(1, Math.abs(peer[i]))) {
        throw new IllegalStateException(own[i] + " here, " + peer[i] + " in ONNX Runtime");
      }
    }
  }

  /** This project's forward pass with its hook seam. */
  @Benchmark
  public List<float[][]> lucerna() {
    return hooked.forwardAll(batches, Hooks.none());
  }

  /** ONNX Runtime's. */
  @Benchmark
  public float[][] onnxRuntime() throws OrtException {
    return onnx.encode(ids);
  }

  /** Frees both. */
  @TearDown(Level.Trial)
  public void close() throws OrtException {
    hooked.close();
    onnx.close();
  }
}
