package io.lucerna.instrumentation.model;

/** How a bi-encoder makes one vector of a text's hidden states. */
public enum Pooling {
  /** The first token's. */
  CLS,
  /** The mean over all tokens, special tokens included and padding left out. */
  MEAN
}
