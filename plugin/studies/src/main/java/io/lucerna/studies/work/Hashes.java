package io.lucerna.studies.work;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Internal;
import io.lucerna.base.Sha256;
import io.lucerna.base.TextFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Fingerprints of inputs for provenance. */
@Internal
public final class Hashes {
  private Hashes() {}

  /**
   * {@return SHA-256 of a file's bytes, in hex; of a pipe, of those that were read}
   *
   * @param file the file
   * @throws IOException if it cannot be read
   */
  public static String sha256(Path file) throws IOException {
    return TextFile.of(file).sha256();
  }

  /**
   * {@return SHA-256 of a text file that is not there yet, in hex}
   *
   * @param content what it will hold
   * @throws IOException if the content cannot be made
   */
  public static String sha256(AtomicFile.Content content) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(
                new DigestOutputStream(OutputStream.nullOutputStream(), digest),
                StandardCharsets.UTF_8))) {
      content.writeTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * {@return name and SHA-256 of a text that was read}
   *
   * @param file the text
   * @throws IOException if it cannot be read
   */
  public static Map<String, Object> of(TextFile file) throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("path", file.name());
    identity.put("sha256", file.sha256());
    return identity;
  }

  /**
   * {@return path and SHA-256 of a file}
   *
   * @param file the file
   * @throws IOException if it cannot be read
   */
  public static Map<String, Object> of(Path file) throws IOException {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("path", file.toString());
    identity.put("sha256", sha256(file));
    return identity;
  }

  /**
   * {@return an identity without the places of files: equal where the contents are} All {@code
   * path} entries are left out, those of maps inside too.
   *
   * @param identity with places
   */
  public static Map<String, Object> content(Map<String, Object> identity) {
    Map<String, Object> content = new LinkedHashMap<>();
    identity.forEach(
        (name, value) -> {
          if (!name.equals("path")) {
            content.put(name, value instanceof Map<?, ?> inner ? content(named(inner)) : value);
          }
        });
    return content;
  }

  private static Map<String, Object> named(Map<?, ?> map) {
    Map<String, Object> named = new LinkedHashMap<>();
    map.forEach((name, value) -> named.put(String.valueOf(name), value));
    return named;
  }
}
