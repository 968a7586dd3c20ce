package io.lucerna.plugin.collections;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file must hash to.
 *
 * @param algorithm of Java's {@link MessageDigest}
 * @param hex the hash in hex
 */
public record Checksum(String algorithm, String hex) {

  /** The checksum of that many digits: MD5 or SHA-256. */
  public static Checksum parse(String hex) {
    return switch (hex.length()) {
      case 32 -> new Checksum("MD5", hex);
      case 64 -> new Checksum("SHA-256", hex);
      default -> throw new IllegalArgumentException("neither MD5 nor SHA-256: " + hex);
    };
  }

  /** The hash of a file, by the same algorithm. */
  Checksum of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  /** The hash of all that a stream still has, by the same algorithm. */
  Checksum of(InputStream in) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has " + algorithm, e);
    }
  }

  @Override
  public String toString() {
    return algorithm.replace("MD5", "md5") + " " + hex;
  }
}
