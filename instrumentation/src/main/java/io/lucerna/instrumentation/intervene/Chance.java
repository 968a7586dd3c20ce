package io.lucerna.instrumentation.intervene;

import io.lucerna.base.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Random numbers that depend on nothing but what is named: not on the batch, the thread or the
 * order of calls.
 */
final class Chance {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final double UNIT = 0x1p-53;

  private Chance() {}

  /** A number for a seed and words: the first 8 bytes of their SHA-256. */
  static long hash(long seed, String... words) {
    MessageDigest digest = Sha256.digest();
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
    for (String word : words) {
      digest.update(word.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  /** The number of that index in the stream of a key (SplitMix64, Steele, Lea and Flood 2014). */
  static long number(long key, long index) {
    long z = key + (index + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** A standard normal number (Box and Muller 1958), the same on every platform. */
  static double normal(long key, long index) {
    double radius = ((number(key, 2 * index) >>> 11) + 1) * UNIT; // in (0, 1]
    double angle = (number(key, 2 * index + 1) >>> 11) * UNIT;
    return StrictMath.sqrt(-2 * StrictMath.log(radius)) * StrictMath.cos(2 * Math.PI * angle);
  }
}
