package io.lucerna.instrumentation.model;

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
          ModernBert.FAMILY);

  private Families() {}
}
