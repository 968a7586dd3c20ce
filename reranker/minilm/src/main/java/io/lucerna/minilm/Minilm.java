package io.lucerna.minilm;

import io.lucerna.reranker.EmbeddedModel;
import java.util.Map;

/** sentence-transformers' all-MiniLM-L6-v2, as an ONNX file. */
public final class Minilm extends EmbeddedModel {
  /** The name under which it is opened. */
  public static final String NAME = "minilm";

  private static final String OWN = "/io/lucerna/minilm/";

  /** The size of the ONNX file of this version of the artifact. */
  private static final long ONNX_BYTES = 90_387_606;

  /** The model, for {@link java.util.ServiceLoader}. */
  public Minilm() {
    super(
        NAME,
        Map.of(
            "config.json",
            OWN + "config.json",
            "modules.json",
            OWN + "modules.json",
            "1_Pooling/config.json",
            OWN + "1_Pooling/config.json",
            "sentence_bert_config.json",
            OWN + "sentence_bert_config.json",
            "tokenizer.json",
            "/all-minilm-l6-v2-tokenizer.json",
            WEIGHTS,
            "/all-minilm-l6-v2.onnx"),
        ONNX_BYTES);
  }
}
