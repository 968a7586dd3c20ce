package io.lucerna.instrumentation.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Speaks HTTP with the hub: retries, redirects, resuming, and a token that only the hub gets. */
final class HubHttp {
  private static final int ATTEMPTS = 5;
  private static final int MAX_REDIRECTS = 5;
  private static final int MAX_BACKOFF_DOUBLINGS = 4;
  private static final int CHUNK = 1 << 16;

  private final HubSettings settings;
  private final Duration timeout;
  private final Duration pause;
  private final HttpClient client;

  /**
   * Speaks with one hub.
   *
   * @param timeout for connecting, for an answer, and for each piece of a body
   * @param pause before the first retry; doubled for each further one
   */
  HubHttp(HubSettings settings, Duration timeout, Duration pause) {
    this.settings = settings;
    this.timeout = timeout;
    this.pause = pause;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * What the hub says of a file.
   *
   * @param size in bytes; -1 where it does not say
   */
  record FileFacts(String etag, long size) {}

  private interface Try<T> {
    T run() throws IOException, InterruptedException;
  }

  /** An answer or a break that may be gone the next time. */
  private static final class PassingFault extends IOException {
    private static final long serialVersionUID = 1L;

    PassingFault(String message) {
      super(message);
    }
  }

  byte[] get(URI uri) {
    return retrying(
        uri,
        () -> {
          try (InputStream body = follow(uri, "GET", 0).body()) {
            return body.readAllBytes();
          }
        });
  }

  /** Asks for a file's facts: those of the hub, not of the host that it redirects to. */
  FileFacts facts(URI uri) {
    return retrying(
        uri,
        () -> {
          URI at = uri;
          for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpResponse<InputStream> response = send(at, "HEAD", 0);
            response.body().close();
            boolean leaves = isRedirect(response) && !isHub(target(at, response));
            if (!isRedirect(response) || leaves || has(response, "X-Linked-Etag")) {
              return facts(uri, response);
            }
            at = target(at, response);
          }
          throw tooManyRedirects(uri);
        });
  }

  private static FileFacts facts(URI uri, HttpResponse<?> response) {
    String etag =
        response
            .headers()
            .firstValue("X-Linked-Etag")
            .or(() -> response.headers().firstValue("ETag"))
            .orElse("")
            .replaceFirst("^W/", "")
            .replace("\"", "");
    if (!etag.matches("[0-9A-Za-z_-][0-9A-Za-z._-]{0,127}")) {
      throw new HubException(uri + ": the answer has no usable ETag: \"" + etag + "\"");
    }
    String length =
        response
            .headers()
            .firstValue("X-Linked-Size")
            .or(() -> isRedirect(response) ? Optional.empty() : contentLength(response))
            .orElse("-1");
    if (!length.matches("-1|[0-9]{1,18}")) {
      throw new HubException(uri + ": the answer has no usable size: \"" + length + "\"");
    }
    return new FileFacts(etag, Long.parseLong(length));
  }

  private static Optional<String> contentLength(HttpResponse<?> response) {
    return response.headers().firstValue("Content-Length");
  }

  private static boolean has(HttpResponse<?> response, String header) {
    return response.headers().firstValue(header).isPresent();
  }

  /** Brings the file to {@code partial}, continuing from what is already there. */
  void download(URI uri, String file, long size, Path partial, HubProgress progress) {
    retrying(
        uri,
        () -> {
          long have = Files.exists(partial) ? Files.size(partial) : 0;
          if (size >= 0 && have > size) {
            Files.delete(partial);
            have = 0;
          }
          progress.downloaded(file, have, size);
          if (size < 0 || have < size) {
            receive(uri, file, have, size, partial, progress);
          }
          if (size == 0 && !Files.exists(partial)) {
            Files.createFile(partial);
          }
          long got = Files.size(partial);
          if (size >= 0 && got < size) {
            throw new PassingFault("the download stopped after " + got + " of " + size + " bytes");
          }
          if (size >= 0 && got > size) {
            Files.delete(partial);
            throw new HubException(
                uri + ": wrong size: the hub says " + size + " bytes, " + got + " came");
          }
          return got;
        });
  }

  private void receive(
      URI uri, String file, long have, long size, Path partial, HubProgress progress)
      throws IOException, InterruptedException {
    // Without a size nobody can say whether what is there is a beginning.
    HttpResponse<InputStream> response = follow(uri, "GET", size < 0 ? 0 : have);
    boolean resumed =
        response.statusCode() == 206
            && response
                .headers()
                .firstValue("Content-Range")
                .orElse("")
                .startsWith("bytes " + have + "-");
    if (response.statusCode() == 206 && !resumed) {
      response.body().close();
      throw new HubException(uri + ": the answer is not the part that was requested");
    }
    AtomicLong lastByte = new AtomicLong(System.nanoTime());
    Thread watch = watch(response.body(), lastByte);
    try (InputStream body = response.body();
        OutputStream out =
            Files.newOutputStream(
                partial,
                StandardOpenOption.CREATE,
                resumed ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      byte[] chunk = new byte[CHUNK];
      long total = resumed ? have : 0;
      for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
        out.write(chunk, 0, read);
        total += read;
        lastByte.set(System.nanoTime());
        progress.downloaded(file, total, size);
        if (size >= 0 && total > size) {
          return;
        }
      }
    } finally {
      watch.interrupt();
    }
  }

  /** Closes a body that has brought nothing for too long: java.net.http waits forever. */
  private Thread watch(InputStream body, AtomicLong lastByte) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (System.nanoTime() - lastByte.get() < timeout.toNanos()) {
                  Thread.sleep(Math.max(1, timeout.toMillis() / 10));
                }
                body.close();
              } catch (InterruptedException | IOException e) {
                // The download has ended.
              }
            });
  }

  private HttpResponse<InputStream> follow(URI uri, String method, long from)
      throws IOException, InterruptedException {
    URI at = uri;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<InputStream> response = send(at, method, from);
      if (!isRedirect(response)) {
        return response;
      }
      response.body().close();
      at = target(at, response);
    }
    throw tooManyRedirects(uri);
  }

  private static HubException tooManyRedirects(URI uri) {
    return new HubException(uri + ": more than " + MAX_REDIRECTS + " redirects");
  }

  private static boolean isRedirect(HttpResponse<?> response) {
    return response.statusCode() / 100 == 3;
  }

  private static URI target(URI at, HttpResponse<?> response) {
    String location = response.headers().firstValue("Location").orElse("");
    try {
      URI target = at.resolve(location);
      if (!location.isEmpty() && String.valueOf(target.getScheme()).matches("https?")) {
        return target;
      }
    } catch (IllegalArgumentException e) {
      // Refused below with the others.
    }
    throw new HubException(at + ": redirects to \"" + location + "\", which is not a web address");
  }

  private boolean isHub(URI uri) {
    return Objects.equals(uri.getScheme(), settings.endpoint().getScheme())
        && Objects.equals(uri.getHost(), settings.endpoint().getHost())
        && uri.getPort() == settings.endpoint().getPort();
  }

  private HttpResponse<InputStream> send(URI uri, String method, long from)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Accept-Encoding", "identity")
            .header("User-Agent", "lucerna");
    String token = settings.token();
    if (token != null && isHub(uri)) {
      request.header("Authorization", "Bearer " + token);
    }
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
    int status = response.statusCode();
    if (status / 100 == 2 || isRedirect(response)) {
      return response;
    }
    response.body().close();
    throw refusal(uri, status);
  }

  private IOException refusal(URI uri, int status) {
    if (status == 429 || status / 100 == 5) {
      return new PassingFault("the answer was " + status);
    }
    throw new HubException(
        switch (status) {
          case 401, 403 ->
              uri
                  + ": access refused ("
                  + status
                  + "): the model does not exist, is private or asks for consent; "
                  + (settings.token() == null
                      ? "set HF_TOKEN to a token that may read it"
                      : "the token in HF_TOKEN may not read it");
          case 404 -> uri + ": not found (404): check the model's name and revision";
          default -> uri + ": the answer was " + status;
        });
  }

  private <T> T retrying(URI uri, Try<T> task) {
    for (int attempt = 1; ; attempt++) {
      try {
        return task.run();
      } catch (FileSystemException e) {
        throw new HubException(uri + ": cannot be stored on disk: " + e, e);
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw new HubException(
              uri
                  + ": failed "
                  + ATTEMPTS
                  + " times, the last time: "
                  + (e instanceof PassingFault ? e.getMessage() : e)
                  + ". Without a network, use a local folder, or set HF_HUB_OFFLINE=1 to use what is"
                  + " cached in "
                  + settings.cache(),
              e);
        }
        rest(attempt);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HubException(uri + ": interrupted", e);
      }
    }
  }

  private void rest(int attempt) {
    try {
      Thread.sleep(pause.toMillis() << Math.min(attempt - 1, MAX_BACKOFF_DOUBLINGS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubException("interrupted while waiting for " + settings.endpoint(), e);
    }
  }
}
