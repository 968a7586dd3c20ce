package io.lucerna.instrumentation.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A local server that plays the hub for the model org/tiny, and one that plays its file store. */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** The files, by name. */
  final Map<String, byte[]> files = new TreeMap<>();

  /** Every request, as METHOD PATH and its Range. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** What the file store was sent as Authorization. */
  final List<String> leaked = new CopyOnWriteArrayList<>();

  /** Files whose body breaks off at the half, so many times. */
  final Map<String, Integer> breaks = new ConcurrentHashMap<>();

  /** Files whose body stops at the half and stays open, so many times. */
  final Map<String, Integer> stalls = new ConcurrentHashMap<>();

  /** Files of which the hub says another size. */
  final Map<String, Long> sizes = new ConcurrentHashMap<>();

  /** Files of which the hub says another SHA-256. */
  final Map<String, String> hashes = new ConcurrentHashMap<>();

  /** How much of each file the client has. */
  private final Map<String, Long> arrived = new HashMap<>();

  /** The status of every answer, if it is not 200. */
  volatile int status = 200;

  /** The token that is needed; empty for none. */
  volatile String token = "";

  /** Whether large files lie on the other server. */
  volatile boolean redirect;

  private final HttpServer hub;
  private final HttpServer store;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  FakeHub() throws IOException {
    hub = start(this::answer);
    store = start(this::answerStore);
    files.put("config.json", "{}".getBytes(StandardCharsets.UTF_8));
    files.put("tokenizer.json", "{\"model\":1}".getBytes(StandardCharsets.UTF_8));
    files.put("README.md", "unwanted".getBytes(StandardCharsets.UTF_8));
    files.put("model.safetensors", "weights ".repeat(20_000).getBytes(StandardCharsets.UTF_8));
  }

  private HttpServer start(com.sun.net.httpserver.HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", handler);
    server.start();
    return server;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(describe(exchange));
    String authorization =
        Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), "");
    if (status != 200) {
      send(exchange, status, new byte[0]);
    } else if (!token.isEmpty() && !authorization.equals("Bearer " + token)) {
      send(exchange, 401, new byte[0]);
    } else if (path.equals("/api/models/org/tiny/revision/main")
        || path.equals("/api/models/org/tiny/revision/" + COMMIT)) {
      send(exchange, 200, listing());
    } else {
      String start = "/org/tiny/resolve/" + COMMIT + "/";
      file(exchange, path.startsWith(start) ? path.substring(start.length()) : "");
    }
  }

  private static String describe(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return exchange.getRequestMethod()
        + " "
        + exchange.getRequestURI().getPath()
        + (range == null ? "" : " " + range);
  }

  private byte[] listing() {
    return files.keySet().stream()
        .map(name -> "{\"rfilename\":\"" + name + "\"}")
        .collect(Collectors.joining(",", "{\"sha\":\"" + COMMIT + "\",\"siblings\":[", "]}"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private void file(HttpExchange exchange, String name) throws IOException {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      send(exchange, 404, new byte[0]);
      return;
    }
    var headers = exchange.getResponseHeaders();
    headers.set("X-Repo-Commit", COMMIT);
    if (name.endsWith(".safetensors")) {
      headers.set("X-Linked-Etag", "\"" + hashes.getOrDefault(name, sha256(bytes)) + "\"");
      headers.set("X-Linked-Size", "" + sizes.getOrDefault(name, (long) bytes.length));
      if (redirect) {
        headers.set("Location", "http://127.0.0.1:" + store.getAddress().getPort() + "/" + name);
        send(exchange, 302, new byte[0]);
        return;
      }
    } else {
      headers.set("ETag", "W/\"small-" + sha256(bytes).substring(0, 34) + "\"");
    }
    content(exchange, name, bytes);
  }

  private void answerStore(HttpExchange exchange) throws IOException {
    requests.add("STORE " + describe(exchange));
    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
        .ifPresent(leaked::add);
    String name = exchange.getRequestURI().getPath().substring(1);
    content(exchange, name, Objects.requireNonNull(files.get(name)));
  }

  private void content(HttpExchange exchange, String name, byte[] bytes) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", "" + bytes.length);
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    int until = bytes.length;
    if (breaks.merge(name, -1, Integer::sum) >= 0) {
      until = from + (bytes.length - from) / 2;
    }
    boolean stall = stalls.merge(name, -1, Integer::sum) >= 0;
    if (stall) {
      until = from + (bytes.length - from) / 2;
    }
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
    OutputStream out = exchange.getResponseBody();
    out.write(bytes, from, until - from);
    out.flush();
    if (stall) {
      waitForClose();
    }
    if (until < bytes.length) {
      waitForArrival(name, until);
      throw new IOException("breaks off: an exception closes the connection");
    }
    exchange.close();
  }

  /** Until the client has taken what was sent: an error would make it forget what waits. */
  private synchronized void waitForArrival(String name, long bytes) {
    try {
      while (arrived.getOrDefault(name, 0L) < bytes) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Told by the client how much of a file it has. */
  synchronized void arrived(String name, long bytes) {
    arrived.put(name, bytes);
    notifyAll();
  }

  private void waitForClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    try (exchange) {
      boolean none = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, none ? -1 : body.length);
      if (!none) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    hub.stop(0);
    store.stop(0);
    threads.shutdownNow();
  }
}
