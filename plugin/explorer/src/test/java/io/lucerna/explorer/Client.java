package io.lucerna.explorer;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks a server, and sees to it that what is answered is in the description. */
final class Client {
  static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  static final JsonNode DESCRIPTION = description();

  private final URI address;

  Client(ExplorerServer server) {
    this(server.address());
  }

  Client(URI address) {
    this.address = address;
  }

  private static JsonNode description() {
    try {
      return JSON.readTree(requireNonNull(Api.class.getResource("openapi.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(address.resolve(path));
  }

  HttpResponse<String> send(HttpRequest.Builder builder) throws Exception {
    HttpRequest request = builder.build();
    HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    JsonNode operation =
        DESCRIPTION
            .path("paths")
            .path(request.uri().getPath())
            .path(request.method().toLowerCase(Locale.ROOT));
    String status = String.valueOf(response.statusCode());
    assertTrue(
        operation.isMissingNode() || operation.path("responses").has(status),
        request + " is answered " + status);
    return response;
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(to(path));
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        to(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> rank(String body) throws Exception {
    return post("api/v1/rank", body);
  }

  static String message(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body()).path("error").path("message").asText();
  }

  Socket socket() throws IOException {
    return new Socket(address.getHost(), address.getPort());
  }

  /** Writes bytes as no client of HTTP would, and reads the answer. */
  String answer(String request) throws IOException {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketException e) {
        // What the server did not read resets the connection, behind the answer.
      }
      return answer.toString(StandardCharsets.UTF_8);
    }
  }

  /** The same, and reads the answer's status. */
  int bytes(String request) throws IOException {
    return Integer.parseInt(answer(request).split(" ", 3)[1]);
  }

  /** A request of these lines. */
  int raw(String line, String... headers) throws IOException {
    return bytes(lines(line, headers));
  }

  static String lines(String line, String... headers) {
    StringBuilder request = new StringBuilder(line + " HTTP/1.1\r\nConnection: close\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request.append("\r\n").toString();
  }
}
