package io.lucerna.instrumentation.checkpoint;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** The tiny models that {@code src/test/python/make_fixtures.py} makes. */
public final class Fixtures {
  /** The folder with one model per subfolder, such as {@code bert-cross}. */
  public static final Path FOLDER = folder();

  private Fixtures() {}

  private static Path folder() {
    try {
      URI config =
          Objects.requireNonNull(
                  Fixtures.class.getResource("/io/lucerna/instrumentation/bert-cross/config.json"))
              .toURI();
      return Path.of(config).resolve("../..").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
