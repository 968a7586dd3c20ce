package io.lucerna.plugin.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The versions of Lucerna and of what it depends on, as the build found them. */
public final class Versions {
  private static final List<String> NAMES =
      List.of("Lucerna", "commit", "Anserini", "Lucene", "DJL", "PyTorch");

  private Versions() {}

  /**
   * Name and version of each part, in a stable order; the last is Java. {@code commit} is that of
   * the sources, with {@code -dirty} where they had been changed since, or {@code unknown} where
   * they were no checkout of git.
   */
  public static Map<String, String> all() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      if (in == null) {
        throw new IllegalStateException("versions.properties is missing from the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> versions = new LinkedHashMap<>();
    for (String name : NAMES) {
      versions.put(name, properties.getProperty(name, "unknown"));
    }
    versions.put("Java", System.getProperty("java.vendor") + " " + Runtime.version());
    return versions;
  }

  public static List<String> lines() {
    return all().entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
  }
}
