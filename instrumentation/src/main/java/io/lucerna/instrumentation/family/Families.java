package io.lucerna.instrumentation.family;

import java.util.List;

/** All families: one line for each. */
final class Families {
  static final List<Family> ALL =
      List.of(
          Bert.FAMILY,
          Electra.FAMILY,
          DistilBert.FAMILY,
          MpNet.FAMILY,
          Roberta.family("roberta", "Roberta"),
          Roberta.family("xlm-roberta", "XLMRoberta"),
          Roberta.family("camembert", "Camembert"),
          Deberta.FAMILY,
          ModernBert.FAMILY,
          T5.FAMILY,
          T5.MULTILINGUAL,
          Llama.FAMILY,
          Mistral.FAMILY,
          Qwen.SECOND,
          Qwen.THIRD,
          Gemma.FIRST,
          Gemma.SECOND);

  private Families() {}
}
