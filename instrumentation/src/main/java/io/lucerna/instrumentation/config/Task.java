package io.lucerna.instrumentation.config;

/** What a model's output is, which decides what kind of ranker it makes. */
public enum Task {
  /** One logit per label of an input. */
  LABELS,
  /** One vector per input. */
  VECTOR,
  /** One vector per token of an input. */
  TOKEN_VECTORS,
  /** A weight per token of the vocabulary. */
  TERMS,
  /** The logits of chosen next tokens, such as no and yes. */
  ANSWERS
}
