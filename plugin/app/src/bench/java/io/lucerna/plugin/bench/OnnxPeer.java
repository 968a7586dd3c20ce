package io.lucerna.plugin.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** The peer: the same model in ONNX Runtime with two threads, fed with padded batches. */
final class OnnxPeer implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  OnnxPeer(Path modelFolder) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(2);
      session = environment.createSession(modelFolder.resolve("model.onnx").toString(), options);
    }
  }

  static String version() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  /** Texts of token ids to their logits, or to the mean over their tokens, padding left out. */
  float[][] encode(long[][] texts) throws OrtException {
    int width = Arrays.stream(texts).mapToInt(ids -> ids.length).max().orElseThrow();
    long[] ids = new long[texts.length * width];
    long[] mask = new long[ids.length];
    for (int row = 0; row < texts.length; row++) {
      System.arraycopy(texts[row], 0, ids, row * width, texts[row].length);
      Arrays.fill(mask, row * width, row * width + texts[row].length, 1);
    }
    long[] shape = {texts.length, width};
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
        OnnxTensor maskTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
        OnnxTensor types =
            OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape);
        OrtSession.Result result =
            session.run(
                Map.of(
                    "input_ids", idTensor, "attention_mask", maskTensor, "token_type_ids", types))) {
      OnnxTensor output = (OnnxTensor) result.get(0);
      long[] sizes = output.getInfo().getShape(); // [texts, labels] or [texts, tokens, width]
      float[] numbers = new float[output.getFloatBuffer().remaining()];
      output.getFloatBuffer().get(numbers);
      int size = (int) sizes[sizes.length - 1];
      float[][] rows = new float[texts.length][size];
      for (int row = 0; row < texts.length; row++) {
        int positions = sizes.length == 2 ? 1 : texts[row].length;
        int stored = sizes.length == 2 ? 1 : width;
        for (int position = 0; position < positions; position++) {
          int from = (row * stored + position) * size;
          for (int d = 0; d < size; d++) {
            rows[row][d] += numbers[from + d] / positions;
          }
        }
      }
      return rows;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
