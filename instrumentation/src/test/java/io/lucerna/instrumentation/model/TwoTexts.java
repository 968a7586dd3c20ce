package io.lucerna.instrumentation.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What laws of hooks and sweeps are tried on: a model, and two short texts of unequal lengths. */
record TwoTexts(HookedModel model, TokenSequence one, TokenSequence other)
    implements AutoCloseable {
  private static final int LONGEST = 12;

  static TwoTexts of(Path folder) throws IOException {
    return of(folder, Precision.FP32);
  }

  static TwoTexts of(Path folder, Precision precision) throws IOException {
    ReferenceModel reference = ReferenceModel.open(folder);
    return of(reference, reference.model(precision));
  }

  static TwoTexts of(ReferenceModel reference, HookedModel model) {
    TokenSequence one = cut(reference.texts().getFirst(), LONGEST);
    return new TwoTexts(model, one, cut(reference.texts().getLast(), one.length() - 2));
  }

  private static TokenSequence cut(TokenSequence text, int length) {
    int kept = Math.min(length, text.length());
    return TokenSequence.ofIds(Arrays.copyOf(text.ids(), kept), Arrays.copyOf(text.types(), kept));
  }

  TokenBatch batch(TokenSequence... texts) {
    return TokenBatch.of(List.of(texts), model.config().padId(), Side.PAIR);
  }

  /** Both texts, the shorter one padded. */
  TokenBatch together() {
    return batch(one, other);
  }

  /** The first text with two tokens exchanged, which a patch can tell from it. */
  TokenSequence changed() {
    long[] ids = one.ids().clone();
    int middle = one.length() / 2;
    ids[middle] = (ids[middle] + 1) % model.config().vocabulary();
    ids[middle + 1] = (ids[middle + 1] + 1) % model.config().vocabulary();
    return TokenSequence.ofIds(ids, one.types());
  }

  static void bitEqual(float[][] expected, float[][] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int row = 0; row < expected.length; row++) {
      assertArrayEquals(expected[row], actual[row], what + ", text " + row);
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
