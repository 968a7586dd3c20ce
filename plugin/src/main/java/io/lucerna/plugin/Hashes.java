package io.lucerna.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Fingerprints of inputs for provenance. */
final class Hashes {
  private Hashes() {}

  /** SHA-256 of a file's bytes, in hex. */
  static String sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Path and SHA-256 of a file. */
  static Map<String, Object> of(Path file) throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("path", file.toString());
    identity.put("sha256", sha256(file));
    return identity;
  }
}
