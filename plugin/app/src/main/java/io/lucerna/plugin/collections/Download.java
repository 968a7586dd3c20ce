package io.lucerna.plugin.collections;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Brings one file from the web: what a broken transfer left is continued, and the file gets its
 * name only when its checksum is right.
 */
final class Download {
  private static final int ATTEMPTS = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(TIMEOUT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  /**
   * Fetches the file.
   *
   * @param target where it goes; {@code target.part} holds what has come so far
   * @throws IOException if it cannot be fetched or is not the file that was promised
   */
  void fetch(Source.Remote source, Path target) throws IOException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    IOException failure = new IOException("not tried");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        transfer(source, part);
        Checksum found = source.checksum().of(part);
        if (!found.equals(source.checksum())) {
          Files.delete(part);
          throw new WrongContent(
              "the file there has " + found + " instead of " + source.checksum().hex());
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (WrongContent e) {
        throw e;
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  private void transfer(Source.Remote source, Path part) throws IOException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request = HttpRequest.newBuilder(source.uri()).timeout(TIMEOUT);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> response = send(request.build());
    try (InputStream body = response.body()) {
      switch (response.statusCode()) {
        case 200 -> write(body, part, StandardOpenOption.TRUNCATE_EXISTING);
        case 206 -> {
          String range = response.headers().firstValue("Content-Range").orElse("");
          if (!range.startsWith("bytes " + have + "-")) {
            throw new WrongContent("asked for bytes from " + have + ", got '" + range + "'");
          }
          write(body, part, StandardOpenOption.APPEND);
        }
        // Nothing is left to send, or the file has changed: the checksum decides.
        case 416 -> {}
        default -> throw new WrongContent("the server answers " + response.statusCode());
      }
    }
  }

  private static void write(InputStream body, Path part, StandardOpenOption how)
      throws IOException {
    try (OutputStream out =
        Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
      body.transferTo(out);
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WrongContent("interrupted");
    }
  }

  /** A failure that another attempt would not mend. */
  private static final class WrongContent extends IOException {
    private static final long serialVersionUID = 1L;

    WrongContent(String message) {
      super(message);
    }
  }
}
