package io.lucerna.plugin.regress;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lucerna.base.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A local server that stands in for the hub: models of the hub's names, from folders. */
final class StandInHub implements AutoCloseable {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

  private final HttpServer server;
  private final Map<String, Path> models;

  /**
   * Starts a hub.
   *
   * @param models folders by the names of models
   */
  StandInHub(Map<String, Path> models) throws IOException {
    this.models = Map.copyOf(models);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    for (Map.Entry<String, Path> model : models.entrySet()) {
      String files = "/" + model.getKey() + "/resolve/" + COMMIT + "/";
      if (path.equals("/api/models/" + model.getKey() + "/revision/main")) {
        send(exchange, listing(model.getValue()).getBytes(StandardCharsets.UTF_8));
        return;
      }
      if (path.startsWith(files)) {
        byte[] bytes = Files.readAllBytes(model.getValue().resolve(path.substring(files.length())));
        var headers = exchange.getResponseHeaders();
        headers.set("X-Repo-Commit", COMMIT);
        headers.set("X-Linked-Etag", "\"" + Sha256.of(new ByteArrayInputStream(bytes)) + "\"");
        headers.set("X-Linked-Size", String.valueOf(bytes.length));
        send(exchange, bytes);
        return;
      }
    }
    exchange.sendResponseHeaders(404, -1);
    exchange.close();
  }

  private static String listing(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(FILES::contains)
          .map(name -> "{\"rfilename\":\"" + name + "\"}")
          .collect(Collectors.joining(",", "{\"sha\":\"" + COMMIT + "\",\"siblings\":[", "]}"));
    }
  }

  private static void send(HttpExchange exchange, byte[] body) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
        exchange.sendResponseHeaders(200, -1);
        return;
      }
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
