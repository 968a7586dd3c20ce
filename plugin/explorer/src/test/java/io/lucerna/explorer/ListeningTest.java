package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that others than this machine reach, one behind a tunnel, and what they ask for. */
@Timeout(120)
class ListeningTest {
  private static final String TOKEN = "0123456789abcdef_-XY";
  private static final String COOKIE = cookie(TOKEN);
  private static final List<Throwable> FAILURES = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private static Ranker ranker;

  @SuppressWarnings("NullAway.Init")
  private static ExplorerServer server;

  @SuppressWarnings("NullAway.Init")
  private static Client client;

  private static ExplorerServer start(Listening listening) throws IOException {
    Workbench workbench =
        new Workbench(ranker, new SmallCollection(), SmallCollection.QRELS, 1, Launch.NONE);
    return ExplorerServer.start(listening, workbench, Limits.DEFAULT, FAILURES::add);
  }

  @BeforeAll
  static void start() throws IOException {
    ranker =
        Rankers.open(
            Checkout.kinds("bert-cross").findFirst().orElseThrow(),
            "small",
            ScorerOptions.defaults());
    server = start(new Listening("0.0.0.0", 0, TOKEN));
    client = new Client(URI.create("http://127.0.0.1:" + server.address().getPort() + "/"));
  }

  @AfterAll
  static void stop() {
    server.close();
    ranker.close();
    assertEquals(List.of(), FAILURES);
  }

  private static int model(String... headers) throws IOException {
    return client.raw("GET /api/v1/model", headers);
  }

  @Test
  void theApiNeedsTheToken() throws Exception {
    String host = "Host: 192.168.0.5:8765";
    assertEquals(401, model(host));
    assertEquals(200, model(host, "Authorization: Bearer " + TOKEN));
    assertEquals(200, model(host, "Cookie: other=1; " + COOKIE + "=" + TOKEN));
    for (String wrong :
        List.of("", "x", TOKEN.substring(1), TOKEN + "x", TOKEN.toLowerCase(Locale.ROOT))) {
      assertEquals(401, model(host, "Authorization: Bearer " + wrong), wrong);
      assertEquals(401, model(host, "Cookie: " + COOKIE + "=" + wrong), wrong);
    }
    assertEquals(401, model(host, "Authorization: Basic " + TOKEN));
    assertEquals(401, client.raw("GET /api/v1/model?token=" + TOKEN, host), "not in an address");
    HttpResponse<String> refused = client.get("api/v1/topics");
    assertEquals(401, refused.statusCode());
    assertTrue(Client.message(refused).contains("terminal"), refused.body());
    assertEquals(401, client.rank("{\"topic\":\"t1\"}").statusCode());
    assertEquals(200, client.raw("GET /page.js", host), "what everybody may read");
  }

  @Test
  void nothingOfTheApiIsAnsweredWithoutIt() throws Exception {
    for (var path : Client.DESCRIPTION.path("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        String line = method + " " + path.getKey();
        assertEquals(401, client.raw(line, "Host: 127.0.0.1", "Content-Length: 0"), line);
        for (String status : List.of("401", "414", "431")) {
          assertTrue(operation.getValue().path("responses").has(status), line + " " + status);
        }
      }
    }
  }

  /** The page's address gives the browser a cookie, and is then without the token. */
  @Test
  void thePageKeepsTheToken() throws Exception {
    String answer =
        client.answer(Client.lines("GET /?token=" + TOKEN, "Host: 10.0.0.1", "Accept: text/html"));
    assertTrue(answer.startsWith("HTTP/1.1 303 "), answer);
    assertTrue(answer.contains("\r\nLocation: /\r\n"), answer);
    String cookie =
        "\r\nSet-Cookie: " + COOKIE + "=" + TOKEN + "; Path=/; HttpOnly; SameSite=Strict\r\n";
    assertTrue(answer.contains(cookie), answer);
    assertTrue(answer.contains("\r\nReferrer-Policy: no-referrer\r\n"), answer);
    String wrong = client.answer(Client.lines("GET /?token=" + TOKEN + "x", "Host: 10.0.0.1"));
    assertTrue(wrong.startsWith("HTTP/1.1 401 "), wrong);
    assertFalse(wrong.contains("Set-Cookie"), wrong);
    assertTrue(server.address().toString().endsWith("/?token=" + TOKEN));
  }

  private static String cookie(String token) {
    String kept = new Gate(new Listening("0.0.0.0", 0, token)).keepToken().getValue();
    return kept.substring(0, kept.indexOf('='));
  }

  /** A browser keeps one cookie of a name for all ports of a host. */
  @Test
  void theTokensOfTwoServersAreKeptApart() {
    assertNotEquals(COOKIE, cookie(TOKEN + "x"));
  }

  /** Browsers complain of what they ignore without TLS. */
  @Test
  void isolatesWhereABrowserHeedsIt() throws Exception {
    String header = "Cross-Origin-Opener-Policy: same-origin";
    assertFalse(client.answer(Client.lines("GET /", "Host: 10.0.0.1")).contains(header));
    try (ExplorerServer here = start(Listening.here(0))) {
      String answer = new Client(here).answer(Client.lines("GET /", "Host: localhost"));
      assertTrue(answer.contains(header), answer);
    }
  }

  /** A token does not make up for a name that was bound to this machine, or for another page. */
  @Test
  void hostAndOriginAreLookedAtAllTheSame() throws Exception {
    String token = "Authorization: Bearer " + TOKEN;
    assertEquals(200, model("Host: " + Listening.ownName(), token));
    assertEquals(200, model("Host: [fe80::1]:8765", token));
    for (String host : List.of("evil.example", "1.2.3.4.evil.example", "1.2.3.4:80:90", "[evil]")) {
      assertTrue(List.of(400, 403).contains(model("Host: " + host, token)), host);
    }
    String host = "Host: 10.0.0.1:8765";
    assertEquals(200, model(host, token, "Origin: http://10.0.0.1:8765"));
    assertEquals(403, model(host, token, "Origin: http://evil.example"));
    assertEquals(403, model(host, token, "Sec-Fetch-Site: cross-site"));
  }

  /** On loopback too, where no other name will do. */
  @Test
  void answersToTheNameThatItWasGiven() throws Exception {
    try (ExplorerServer given = start(new Listening("127.0.0.2", 0, ""))) {
      Client here = new Client(given);
      assertEquals(200, here.get("").statusCode());
      assertEquals(200, here.rank("{\"topic\":\"t1\"}").statusCode());
      for (String host : List.of("127.0.0.3", "127x0.0.2", "127.0.0.2.evil.example")) {
        assertEquals(403, here.raw("GET /api/v1/model", "Host: " + host), host);
      }
    }
  }

  @Test
  void aTokenIsMadeWhereOneIsNeeded() {
    Listening one = new Listening("0.0.0.0", 1, "");
    assertTrue(one.token().matches("[\\w-]{24}"), one.token());
    assertNotEquals(one.token(), new Listening("0.0.0.0", 1, "").token());
    for (String loopback : List.of("127.0.0.1", "localhost", "::1")) {
      assertEquals("", new Listening(loopback, 1, "").token());
    }
    assertEquals(
        "http://[::1]:5/?token=" + TOKEN, new Listening("::1", 1, TOKEN).page(5).toString());
    assertEquals("http://127.0.0.1:5/", Listening.here(1).page(5).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "0123456789abcde", "with a space in it", "0123456789abcdef&"})
  void tokensAreLongAndPlain(String token) {
    assertThrows(IllegalArgumentException.class, () -> new Listening("127.0.0.1", 1, token));
  }

  @Test
  void hostsAreThisMachine() {
    String none = "no.such.host.invalid";
    String message =
        assertThrows(IllegalArgumentException.class, () -> new Listening(none, 1, "")).getMessage();
    assertEquals("there is no host " + none, message);
    IOException elsewhere =
        assertThrows(
            IOException.class,
            () -> ExplorerServer.requireFree(new Listening("203.0.113.77", 0, TOKEN)));
    assertEquals("203.0.113.77 is no address of this machine", elsewhere.getMessage());
  }

  /** As {@code ssh -L} does: another port, on the same loopback. */
  @Test
  void worksThroughATunnel() throws Exception {
    try (ExplorerServer behind = start(Listening.here(0));
        ServerSocket tunnel = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.submit(
          () -> {
            while (true) {
              Socket near = tunnel.accept();
              Socket far = new Socket("127.0.0.1", behind.address().getPort());
              threads.submit(() -> copy(near, far));
              threads.submit(() -> copy(far, near));
            }
          });
      String host = "localhost:" + tunnel.getLocalPort();
      Client outside = new Client(URI.create("http://" + host + "/"));
      assertEquals(200, outside.get("").statusCode());
      assertEquals(200, outside.rank("{\"topic\":\"t1\"}").statusCode());
      assertEquals(
          200, outside.raw("GET /api/v1/model", "Host: " + host, "Origin: http://" + host));
      tunnel.close();
      threads.shutdownNow();
    }
  }

  /** Until one of both ends. */
  private static Void copy(Socket from, Socket to) throws IOException {
    try (from;
        to;
        OutputStream out = to.getOutputStream()) {
      from.getInputStream().transferTo(out);
    } catch (SocketException e) {
      // The other direction has ended.
    }
    return null;
  }
}
