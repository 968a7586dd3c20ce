package io.lucerna.e5;

import io.lucerna.reranker.EmbeddedModel;
import java.util.Map;

/** E5-small-v2 (Wang et al. 2022) with weights in 8 bits, as an ONNX file. */
public final class E5 extends EmbeddedModel {
  /** The name under which it is opened. */
  public static final String NAME = "e5-small-v2-q";

  private static final String OWN = "/io/lucerna/e5/";

  /** The size of the ONNX file of this version of the artifact. */
  private static final long ONNX_BYTES = 34_014_367;

  /** The model, for {@link java.util.ServiceLoader}. */
  public E5() {
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
            "config_sentence_transformers.json",
            OWN + "config_sentence_transformers.json",
            "tokenizer.json",
            "/e5-small-v2-q-tokenizer.json",
            WEIGHTS,
            "/e5-small-v2-q.onnx"),
        ONNX_BYTES);
  }
}
