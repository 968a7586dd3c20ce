package io.lucerna.instrumentation.nn;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Operations of PyTorch that DJL has no call for. They reach it as a TorchScript module, which is
 * written here: a zip file with the source of the operations, and a pickled object without content.
 *
 * <p>The same values can be made of several other operations, at several times the memory traffic,
 * and with other roundings than the reference's: an RMSNorm's square root is in every number of a
 * row, and what is left of large numbers that cancel shows it.
 */
final class TorchKernels {
  /** Whether PyTorch carries oneDNN: its builds for x86 do, and some others do not. */
  static final boolean ONE_DNN = System.getProperty("os.arch", "").matches("amd64|x86_64");

  private static final String SOURCE =
      """
      class Kernels(Module):
        __parameters__ = []
        __buffers__ = []
        def rsqrt(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
          return torch.rsqrt(x, out=y)
        def silu(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
          return torch.silu(x, out=y)
        def gelu(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
          return torch.gelu(x, approximate="none", out=y)
        def gelu_tanh(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
          return torch.gelu(x, approximate="tanh", out=y)
      """;

  private static final String LINEAR =
      """
        def forward(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
          none = annotate(List[Optional[number]], [])
          return ops.mkldnn._linear_pointwise(x, w, b, "none", none, "")
        def packed(self: __torch__.Kernels, w: Tensor, rows: int) -> Tensor:
          return ops.mkldnn._reorder_linear_weight(w, rows)
      """;

  private static final String LINEAR_GELU =
      """
      class Kernels(Module):
        __parameters__ = []
        __buffers__ = []
        def forward(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
          none = annotate(List[Optional[number]], [])
          return ops.mkldnn._linear_pointwise(x, w, b, "gelu", none, "none")
      """;

  /** Pickle's words for an object of that class with an empty state. */
  private static final String OBJECT = "\u0080\u0002c__torch__\nKernels\n)\u0081}b.";

  private static final String NO_CONSTANTS = "\u0080\u0002).";

  /** What packing is told of the batches to come. */
  private static final long USUAL_ROWS = 512;

  private static final PtSymbolBlock MODULE = load(ONE_DNN ? SOURCE + LINEAR : SOURCE);

  private static final @Nullable PtSymbolBlock GELU = ONE_DNN ? load(LINEAR_GELU) : null;

  /**
   * Whether oneDNN packs weights and adds up the products of a row in one order whatever the number
   * of rows. Its kernels for AVX-512 do, those for older processors do not.
   */
  static final boolean ADDS_UP_ALIKE = ONE_DNN && addsUpAlike();

  private TorchKernels() {}

  /** 1 / sqrt(x), in x's manager. */
  static NDArray rsqrt(NDArray x) {
    return run("rsqrt", x);
  }

  /** x / (1 + exp(-x)), in x's manager. */
  static NDArray silu(NDArray x) {
    return run("silu", x);
  }

  /** GELU in the place of its argument. */
  static NDArray gelu(NDArray spent) {
    run("gelu", spent, spent);
    return spent;
  }

  /** The tanh approximation of GELU, in x's manager. */
  static NDArray geluTanh(NDArray x) {
    return run("gelu_tanh", x);
  }

  /**
   * x W^T + b, computed in fp32 by oneDNN on the processor; only where there is {@link #ONE_DNN}.
   *
   * @param x [..., in]
   * @param weight [out, in], or what {@link #packed} made of it
   * @param bias [out]
   * @return [..., out] in x's manager
   */
  static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return forward(MODULE, x, weight, bias);
  }

  /**
   * GELU of {@link #linear}, bit for bit.
   *
   * @param x [..., in]
   * @param packed what {@link #packed} made of the weight
   * @param bias [out]
   * @return [..., out] in x's manager
   */
  static NDArray linearGelu(NDArray x, NDArray packed, NDArray bias) {
    return forward(Objects.requireNonNull(GELU), x, packed, bias);
  }

  private static NDArray forward(PtSymbolBlock module, NDArray x, NDArray weight, NDArray bias) {
    // As in training, since the results of inference may not be changed in place.
    return IValueUtils.forward(module, new NDList(x, weight, bias), true).singletonOrThrow();
  }

  /**
   * A map's weight in the layout that oneDNN's kernels read, which is the same for any number of
   * rows; otherwise each call brings it into another. Of use to {@link #linear} alone.
   *
   * @param weight [out, in]
   * @return an array in the weight's manager
   */
  static NDArray packed(NDArray weight) {
    try (IValue from = IValue.from((PtNDArray) weight);
        IValue rows = IValue.from(USUAL_ROWS);
        IValue made = IValueUtils.runMethod(MODULE, "packed", from, rows)) {
      return made.toNDList((PtNDManager) weight.getManager()).singletonOrThrow();
    }
  }

  /** The result is an array of ours: one that the module made could not be changed in place. */
  private static NDArray run(String method, NDArray x) {
    NDArray y = x.getManager().create(x.getShape(), x.getDataType());
    run(method, x, y);
    return y;
  }

  private static void run(String method, NDArray x, NDArray y) {
    try (IValue from = IValue.from((PtNDArray) x);
        IValue to = IValue.from((PtNDArray) y)) {
      IValueUtils.runMethod(MODULE, method, from, to).close();
    }
  }

  /** Tries one map, whose sums are long enough to be split. */
  private static boolean addsUpAlike() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      int in = 1536;
      NDArray numbers = manager.create(new Random(1).doubles(300 * in, -1, 1).toArray());
      NDArray x = numbers.toType(DataType.FLOAT32, false).reshape(300, in);
      NDArray weight = packed(x.get(":64"));
      NDArray bias = manager.zeros(new Shape(64));
      float[] few = linear(x.get(":24"), weight, bias).toFloatArray();
      float[] many = linear(x, weight, bias).toFloatArray();
      return Arrays.equals(few, Arrays.copyOf(many, few.length));
    } catch (EngineException e) {
      return false; // this PyTorch cannot pack
    }
  }

  private static PtSymbolBlock load(String source) {
    Workers.prepare();
    try {
      PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
      return JniUtils.loadModule(manager, new ByteArrayInputStream(archive(source)), false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] archive(String source) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", OBJECT);
      store(zip, "code/__torch__.py", source);
      store(zip, "constants.pkl", NO_CONSTANTS);
      store(zip, "version", "10\n");
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    ZipEntry entry = new ZipEntry("kernels/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
  }
}
