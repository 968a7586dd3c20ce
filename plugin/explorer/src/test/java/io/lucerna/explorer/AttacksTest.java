package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody sends who means no good, or does not care. Nothing of it fails the server. */
@Timeout(120)
class AttacksTest {
  private static final String SCRIPT = "<script>alert(1)</script>\"'\u2028\u202e\u0000";
  private static final List<Throwable> FAILURES = Collections.synchronizedList(new ArrayList<>());

  @SuppressWarnings("NullAway.Init")
  private static Ranker ranker;

  @SuppressWarnings("NullAway.Init")
  private static SmallCollection small;

  @SuppressWarnings("NullAway.Init")
  private static Workbench workbench;

  @SuppressWarnings("NullAway.Init")
  private static ExplorerServer server;

  @SuppressWarnings("NullAway.Init")
  private static Client client;

  @BeforeAll
  static void start() throws IOException {
    ranker =
        Rankers.open(
            Checkout.kinds("bert-cross").findFirst().orElseThrow(),
            "small",
            ScorerOptions.defaults());
    small = new SmallCollection();
    workbench = new Workbench(ranker, small, SmallCollection.QRELS, 1, Launch.NONE);
    server = ExplorerServer.start(Listening.here(0), workbench, Limits.DEFAULT, FAILURES::add);
    client = new Client(server);
  }

  @AfterAll
  static void stop() {
    server.close();
    ranker.close();
    assertEquals(List.of(), FAILURES);
  }

  private static String body(String key, String value, String... more) throws Exception {
    return Client.JSON.writeValueAsString(
        more.length == 0 ? Map.of(key, value) : Map.of(key, value, more[0], more[1]));
  }

  private static void assertAnswers() throws Exception {
    assertEquals(200, client.rank(body("topic", "t1")).statusCode());
  }

  /** Whatever is echoed is data, which no browser takes for a page. */
  @Test
  void scriptsAreText() throws Exception {
    List<HttpResponse<String>> answers =
        List.of(
            client.rank(body("query", SCRIPT)),
            client.rank(body("topic", SCRIPT)),
            client.rank(body("topic", "t1", "spec", SCRIPT)),
            client.rank(body("topic", "t1", "spec", "zero " + SCRIPT)),
            client.rank(body(SCRIPT, SCRIPT)),
            client.get("api/v1/passage?docno=" + encoded(SmallCollection.HOSTILE)),
            client.get("api/v1/passage?docno=" + encoded(SCRIPT)),
            client.get("api/v1/passage?docno=bees&topic=" + encoded(SCRIPT)),
            client.get(encoded(SCRIPT)));
    for (HttpResponse<String> answer : answers) {
      assertTrue(answer.statusCode() < 500, answer.body());
      assertEquals(List.of("application/json"), answer.headers().allValues("Content-Type"));
      assertEquals(List.of("nosniff"), answer.headers().allValues("X-Content-Type-Options"));
      Client.JSON.readTree(answer.body());
    }
    JsonNode echoed = Client.JSON.readTree(answers.getFirst().body());
    assertEquals(SCRIPT, echoed.path("query").asText());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Nothing of the file system is read, and no code is run. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "add blocks.1.hook_resid_pre vector=/etc/passwd.npy",
        "add blocks.1.hook_resid_pre vector=/etc/passwd#v",
        "patch blocks.1.hook_resid_pre from=/etc",
        "mean blocks.1.hook_resid_pre from=/etc",
        "custom blocks.1.hook_resid_pre code=/tmp/Evil.java",
        "custom blocks.1.hook_resid_pre code=/tmp/evil.jar:Evil",
      })
  void specsNameNothingOutside(String spec) throws Exception {
    HttpResponse<String> response = client.rank(body("topic", "t1", "spec", spec));
    assertEquals(400, response.statusCode(), response.body());
    assertTrue(Client.message(response).contains("on the command line only"), response.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/lit/..%2f..%2fpage.js",
        "/lit//lit-html.js",
        "/page.js/",
        "/META-INF/MANIFEST.MF",
        "/io/lucerna/explorer/openapi.json",
        "/api/v1/../../page.js%00",
        "/%c0%ae%c0%ae/",
        "//etc/passwd",
      })
  void servesNoOtherFile(String path) throws Exception {
    int status = client.raw("GET " + path, "Host: localhost");
    assertTrue(status == 404 || status == 400, path + ": " + status);
  }

  @Test
  void sizesAreBounded() throws Exception {
    String spec = "x".repeat(16_001);
    assertEquals(400, client.rank("{\"topic\":\"t1\",\"spec\":\"" + spec + "\"}").statusCode());
    assertEquals(413, client.rank(" ".repeat(Api.LONGEST_BODY + 1)).statusCode());
    assertEquals(413, client.rank(" ".repeat(4_000_000)).statusCode());
    assertEquals(
        413,
        client.raw(
            "POST /api/v1/rank",
            "Host: localhost",
            "Content-Type: application/json",
            "Content-Length: 1000000000000"));
    assertEquals(431, client.raw("GET /", "Host: localhost", "X: " + "x".repeat(10_000)));
    assertEquals(414, client.raw("GET /?" + "x".repeat(10_000), "Host: localhost"));
  }

  @Test
  void twoHundredClientsAtOnce() throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers =
          IntStream.range(0, 200)
              .mapToObj(i -> clients.submit(() -> client.get("api/v1/topics").statusCode()))
              .toList();
      for (Future<Integer> answer : answers) {
        assertEquals(200, answer.get());
      }
    }
  }

  @Test
  void slowClientsKeepNobodyWaiting() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Socket socket = client.socket();
        slow.add(socket);
        String begun =
            "POST /api/v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + (i % 2 == 0 ? "Content-Length: 100\r\n\r\n{" : "");
        socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      }
      assertEquals(200, client.get("api/v1/topics").statusCode());
      assertAnswers();
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  /** A body is bounded in time, whether its sender stops or sends a byte now and then. */
  @Test
  void aSlowBodyIsGivenUp() throws Exception {
    Duration never = Duration.ofDays(1);
    Duration soon = Duration.ofMillis(50);
    Duration atOnce = Duration.ofNanos(1);
    for (Limits limits :
        List.of(new Limits(soon, never, never), new Limits(never, atOnce, never))) {
      try (ExplorerServer other = slow(limits)) {
        String begun =
            "POST /api/v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Connection: close\r\nContent-Length: 100\r\n\r\n{";
        assertEquals(408, new Client(other).bytes(begun), limits.toString());
      }
    }
  }

  private static ExplorerServer slow(Limits limits) throws IOException {
    Workbench other = new Workbench(ranker, small, SmallCollection.QRELS, 1, Launch.NONE);
    return ExplorerServer.start(Listening.here(0), other, limits, FAILURES::add);
  }

  /** Each is ranked, or told to come again. */
  @Test
  void twoHundredRankingsAtOnce() throws Exception {
    List<Integer> answers = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> sent =
          IntStream.range(0, 200)
              .mapToObj(i -> clients.submit(() -> client.rank(body("query", "q" + i)).statusCode()))
              .toList();
      for (Future<Integer> one : sent) {
        answers.add(one.get());
      }
    }
    assertTrue(answers.contains(200), answers.toString());
    assertTrue(List.of(200, 429).containsAll(answers), answers.toString());
    assertAnswers();
  }

  /** What it asked for ends, and the next is answered. */
  @Test
  void aClientThatLeavesInTheMiddle() throws Exception {
    String body = body("query", "waits");
    String request =
        Client.lines(
                "POST /api/v1/rank",
                "Host: localhost",
                "Content-Type: application/json",
                "Content-Length: " + body.length())
            + body;
    try (Socket socket = client.socket()) {
      socket.setSoLinger(true, 0);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      small.waits.await();
    }
    small.go.countDown();
    assertAnswers();
  }

  /** Words of specs, right ones and others; the seed is fixed. */
  private static final class Fuzz {
    private static final List<String> WORDS =
        List.of(
                "zero set scale add project-out project-onto noise mean resample patch custom zap",
                "head= unit= at= keys= side= to= by= vector= dose= std= seed= from= per= donor= code=",
                "0 1 -1 3-5 0-2000000000 99999999999999999999 1e30 -1e-30 1e999 NaN Infinity 0x10 1,2,,3",
                "cls match,stem query passage pair all mean mean:passage position role \u00e4 \ud83d\ude00",
                "[1,0] [[1,0],[0,1]] [] [1e39] [0,0] random:7:1.5 random:1:-1 row:0:a#b a#b a.npy /etc/passwd",
                "; , \" \\ ' = # [ ] { } ( ) * ? ** *.*.* %00 \t \u0000 \u2028 do: points: --")
            .stream()
            .flatMap(line -> List.of(line.split(" ")).stream())
            .toList();

    private static final List<String> GOOD =
        List.of(
            "zero POINT",
            "set POINT to=-1",
            "scale POINT by=0.5 at=cls",
            "noise POINT std=0.1 seed=1",
            "zero POINT head=1");

    private final Random random = new Random(16);
    private final List<String> points;

    Fuzz(List<String> points) {
      this.points = points;
    }

    private <T> T one(List<T> some) {
      return some.get(random.nextInt(some.size()));
    }

    /** A spec that may be good, of which then a few places are spoilt. */
    String next() {
      StringBuilder spec = new StringBuilder();
      for (int i = random.nextInt(3); i >= 0; i--) {
        if (random.nextBoolean()) {
          spec.append(one(GOOD).replace("POINT", one(points)));
        } else {
          spec.append(one(WORDS.subList(0, 11))).append(' ').append(one(points));
          for (int setting = random.nextInt(4); setting > 0; setting--) {
            spec.append(' ').append(one(WORDS.subList(12, 27))).append(one(WORDS));
          }
        }
        spec.append(i > 0 ? "; " : "");
      }
      for (int spoilt = random.nextInt(4); spoilt > 0; spoilt--) {
        int at = random.nextInt(spec.length());
        switch (random.nextInt(4)) {
          case 0 -> spec.deleteCharAt(at);
          case 1 -> spec.insert(at, one(WORDS));
          case 2 -> spec.setCharAt(at, (char) random.nextInt(0x300));
          default -> spec.insert(at, spec.substring(random.nextInt(at + 1), at));
        }
        if (spec.isEmpty()) {
          spec.append(' ');
        }
      }
      return spec.toString();
    }
  }

  @Test
  void tenThousandSpecsAreTakenOrRefused() throws Exception {
    Fuzz fuzz =
        new Fuzz(ranker.reading().points().points().stream().map(HookPoint::toString).toList());
    List<String> taken = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      String spec = fuzz.next();
      try {
        workbench.compile(spec);
        taken.add(spec);
      } catch (Refusal refusal) {
        assertEquals(400, refusal.status(), spec);
        assertFalse(refusal.reason().isBlank(), spec);
        refused.add(spec);
      }
    }
    assertTrue(taken.size() > 200 && refused.size() > 200, taken.size() + " are good");
    for (List<String> some : List.of(taken, refused)) {
      for (int i = 0; i < some.size(); i += some.size() / 100) {
        HttpResponse<String> answer = client.rank(body("topic", "t1", "spec", some.get(i)));
        boolean said = answer.statusCode() == 400 && !Client.message(answer).isBlank();
        assertTrue(said || answer.statusCode() == 200 && some == taken, some.get(i));
      }
    }
  }
}
