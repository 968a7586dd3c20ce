package io.lucerna.explorer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of the page: these and no others, read once from the jar. */
final class Assets {
  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String LIT = "/META-INF/resources/webjars/lit-html/3.3.1/";
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  /**
   * A file.
   *
   * @param type its media type
   * @param bytes its content, which nobody changes
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Asset(String type, byte[] bytes) {}

  /** The page that ranks. */
  static final String RANKING = "index.html";

  /** The page that shows a folder. */
  static final String FOLDER = "opened.html";

  private final Map<String, Asset> assets;

  /**
   * @param first which page is at the root
   */
  Assets(String first) throws IOException {
    Map<String, Asset> page =
        Map.of(
            "/", own(first, HTML),
            "/page.css", own("page.css", CSS),
            "/inside.css", own("inside.css", CSS),
            "/studies.css", own("studies.css", CSS),
            "/icon.svg", own("icon.svg", "image/svg+xml"),
            "/uplot/uPlot.esm.js", read(UPLOT + "uPlot.esm.js", SCRIPT),
            "/uplot/uPlot.min.css", read(UPLOT + "uPlot.min.css", CSS));
    Map<String, Asset> own =
        Stream.of(
                "page",
                "state",
                "api",
                "lists",
                "panel",
                "effects",
                "spec",
                "words",
                "inside",
                "why",
                "attention",
                "layers",
                "edit",
                "tones",
                "cells",
                "commands",
                "pin",
                "save",
                "studies")
            .collect(
                Collectors.toMap(name -> "/" + name + ".js", name -> unchecked("", name + ".js")));
    Map<String, Asset> lit =
        Stream.of("lit-html", "directive", "directive-helpers", "directives/repeat")
            .collect(
                Collectors.toMap(
                    name -> "/lit/" + name + ".js", name -> unchecked(LIT, name + ".js")));
    this.assets =
        Stream.of(page, own, lit)
            .flatMap(files -> files.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** The file at a path of the server. */
  Optional<Asset> at(String path) {
    return Optional.ofNullable(assets.get(path));
  }

  private static Asset unchecked(String folder, String name) {
    try {
      return read(folder + name, SCRIPT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Asset own(String name, String type) throws IOException {
    return read(name, type);
  }

  private static Asset read(String resource, String type) throws IOException {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      return new Asset(type, in.readAllBytes());
    }
  }
}
