package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.eval.Evaluation;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.reranker.ConditionPredictor;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.reranker.WorkItem;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplorerServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CUT = "zero blocks.2.attn.hook_z head=5";
  private static final SmallCollection SMALL = new SmallCollection();
  private static final List<Throwable> FAILURES = Collections.synchronizedList(new ArrayList<>());

  @SuppressWarnings("NullAway.Init")
  private static Ranker ranker;

  @SuppressWarnings("NullAway.Init")
  private static ExplorerServer server;

  @SuppressWarnings("NullAway.Init")
  private static Client client;

  @BeforeAll
  static void start() throws IOException {
    ranker = Rankers.embedded("minilm", ScorerOptions.defaults());
    server =
        ExplorerServer.start(
            Listening.here(0),
            ranker,
            SMALL,
            SmallCollection.QRELS,
            1,
            SmallCollection.LAUNCH,
            FAILURES::add);
    client = new Client(server);
  }

  @AfterAll
  static void stop() {
    server.close();
    ranker.close();
    assertEquals(List.of(), FAILURES);
  }

  private static HttpResponse<String> send(HttpRequest.Builder builder) throws Exception {
    return client.send(builder);
  }

  private static HttpRequest.Builder to(String path) {
    return client.to(path);
  }

  private static HttpResponse<String> rank(String body) throws Exception {
    return client.rank(body);
  }

  private static HttpResponse<String> post(String path, String body) throws Exception {
    return client.post(path, body);
  }

  private static JsonNode ranked(Map<String, Object> request) throws Exception {
    HttpResponse<String> response = rank(JSON.writeValueAsString(request));
    assertEquals(200, response.statusCode(), response.body());
    return JSON.readTree(response.body());
  }

  private static String message(HttpResponse<String> response) throws IOException {
    return Client.message(response);
  }

  private static int raw(String line, String... headers) throws IOException {
    return client.raw(line, headers);
  }

  @Test
  void ranksAsTheRankerDoes() throws Exception {
    JsonNode answer = ranked(Map.of("topic", "t1", "spec", CUT));
    String query = SmallCollection.TOPIC.query();
    float[] plain = ranker.score(query, SMALL.texts()).scores();
    float[] changed = ranker.score(query, SMALL.texts(), ranker.compile(CUT).hooks()).scores();
    assertFalse(Arrays.equals(plain, changed));
    assertArrayEquals(plain, scores(answer, "plain"));
    assertArrayEquals(changed, scores(answer, "changed"));
    Ranking first = SMALL.candidates(SmallCollection.TOPIC);
    List<String> names = List.of("nDCG@10", "AP", "RR");
    for (String name : names) {
      JsonNode row = answer.path("measures").path(names.indexOf(name));
      assertEquals(name, row.path("name").asText());
      assertEquals(measured(name, first), row.path("first").asDouble());
      assertEquals(measured(name, Reordering.of(first, plain)), row.path("plain").asDouble());
      assertEquals(measured(name, Reordering.of(first, changed)), row.path("changed").asDouble());
    }
    assertEquals(CUT, answer.path("spec").asText());
    assertEquals(1, answer.path("notes").size());
    List<String> docnos = Reordering.of(first, changed).docnos();
    for (JsonNode doc : answer.path("docs")) {
      String docno = doc.path("docno").asText();
      assertEquals(docnos.indexOf(docno) + 1, doc.path("changed").path("rank").asInt(), docno);
    }
  }

  private static float[] scores(JsonNode answer, String which) {
    float[] scores = new float[answer.path("docs").size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = answer.path("docs").path(i).path(which).path("score").floatValue();
    }
    return scores;
  }

  private static double measured(String name, Ranking ranking) {
    Measure measure = Measure.parse(name);
    Run run = Run.of("run", List.of(ranking));
    return Evaluation.of(run, SmallCollection.QRELS, List.of(measure), Evaluation.Options.DEFAULT)
        .summary(measure);
  }

  /** As {@code rerank} does: what the model did not read stays below, and is measured too. */
  @Test
  void measuresTheWholeRanking() throws Exception {
    JsonNode answer = ranked(Map.of("topic", "t1", "depth", 3, "spec", CUT));
    assertEquals(3, answer.path("docs").size());
    assertEquals(3, answer.path("depth").asInt());
    Ranking first = SMALL.candidates(SmallCollection.TOPIC);
    List<String> texts = SMALL.texts().subList(0, 3);
    float[] plain = ranker.score(SmallCollection.TOPIC.query(), texts).scores();
    JsonNode row = answer.path("measures").path(1);
    assertEquals(measured("AP", first), row.path("first").asDouble());
    assertEquals(measured("AP", Reordering.of(first, plain)), row.path("plain").asDouble());
    assertTrue(measured("AP", first) > measured("AP", first.top(3)), "the fourth is relevant");
    assertEquals(5, ranked(Map.of("topic", "t1")).path("depth").asInt(), "not 100");
  }

  /** An edited passage is placed where its score puts it; all else stays. */
  @Test
  void anEditedPassageTakesThePlaceOfItsScore() throws Exception {
    String text = "How bees find flowers: a bee finds flowers by sight and by smell.";
    String query = SmallCollection.TOPIC.query();
    Ranking first = SMALL.candidates(SmallCollection.TOPIC);
    int bread = first.docnos().indexOf("bread");
    for (String spec : List.of("", CUT)) {
      JsonNode answer =
          ranked(
              Map.of("topic", "t1", "spec", spec, "edit", Map.of("docno", "bread", "text", text)));
      assertArrayEquals(ranker.score(query, SMALL.texts()).scores(), scores(answer, "plain"));
      float[] changed = ranker.score(query, SMALL.texts(), ranker.compile(spec).hooks()).scores();
      changed[bread] = ranker.score(query, List.of(text), ranker.compile(spec).hooks()).scores()[0];
      assertArrayEquals(changed, scores(answer, "changed"));
      Ranking edited = Reordering.of(first, changed);
      JsonNode doc = answer.path("docs").path(bread);
      assertEquals(edited.docnos().indexOf("bread") + 1, doc.path("changed").path("rank").asInt());
      assertEquals(bread + 1, doc.path("first").path("rank").asInt());
      assertTrue(doc.path("changed").path("rank").asInt() < doc.path("plain").path("rank").asInt());
      assertEquals(SMALL.texts().get(bread), doc.path("snippet").asText(), "of the plain score");
      assertEquals(
          measured("AP", edited), answer.path("measures").path(1).path("changed").asDouble());
    }
    assertTrue(
        ranked(Map.of("topic", "t1")).path("docs").path(bread).path("changed").isNull(),
        "nobody edits for others");
  }

  /** The candidates, the judgments and the plain ranking are still those of the topic. */
  @Test
  void anotherQueryIsReadWithTheSameCandidates() throws Exception {
    String reads = "why does bread rise";
    JsonNode answer = ranked(Map.of("topic", "t1", "reads", reads, "spec", CUT));
    float[] plain = ranker.score(SmallCollection.TOPIC.query(), SMALL.texts()).scores();
    float[] changed = ranker.score(reads, SMALL.texts(), ranker.compile(CUT).hooks()).scores();
    assertArrayEquals(plain, scores(answer, "plain"));
    assertArrayEquals(changed, scores(answer, "changed"));
    assertEquals(SmallCollection.TOPIC.query(), answer.path("query").asText());
    assertEquals(
        measured("AP", Reordering.of(SMALL.candidates(SmallCollection.TOPIC), changed)),
        answer.path("measures").path(1).path("changed").asDouble());
  }

  /** Chance goes by ids, as does a donor, and the lines make a typed query the topic 1. */
  @Test
  void aTypedQueryHasTheIdThatItHasInTheLines() throws Exception {
    String noise = "noise blocks.0.hook_resid_pre std=0.5 seed=7";
    List<String> pairs =
        SMALL.candidates(SmallCollection.TOPIC).docnos().stream().map(d -> "1/" + d).toList();
    float[] changed =
        ranker.score("yeast", SMALL.texts(), ranker.compile(noise).hooks("1", pairs)).scores();
    assertArrayEquals(changed, scores(ranked(Map.of("query", "yeast", "spec", noise)), "changed"));
    String donor = "patch blocks.0.hook_resid_pre from=candidates donor=1/bees";
    assertEquals(5, ranked(Map.of("query", "yeast", "spec", donor)).path("docs").size());
  }

  /** A score that is not finite is the fault of who asked for it. */
  @Test
  void aModelThatIsBrokenByItsSpecIsSaidToBe() throws Exception {
    String query = "scale blocks.0.attn.hook_q by=1e30";
    String spec = query + "; " + query.replace("hook_q", "hook_k");
    HttpResponse<String> response =
        rank(JSON.writeValueAsString(Map.of("topic", "t1", "spec", spec)));
    assertEquals(400, response.statusCode(), response.body());
    assertTrue(message(response).contains("the score NaN"), response.body());
  }

  @Test
  void failuresAreTold() throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (ExplorerServer other = small(new SmallCollection(), Limits.DEFAULT, failures)) {
      for (String query : List.of("broken", "odd", "large")) {
        HttpResponse<String> response = new Client(other).rank("{\"query\":\"" + query + "\"}");
        assertEquals(500, response.statusCode(), response.body());
        assertEquals("the request failed; the terminal says why", message(response));
      }
      assertEquals(200, new Client(other).rank("{\"topic\":\"t1\"}").statusCode());
    }
    assertEquals(
        List.of("the index is broken", "a bug", "no memory"),
        failures.stream().map(Throwable::getMessage).toList());
  }

  private static ExplorerServer small(
      SmallCollection collection, Limits limits, List<Throwable> failures) throws IOException {
    Workbench workbench =
        new Workbench(ranker, collection, SmallCollection.QRELS, 1, SmallCollection.LAUNCH);
    return ExplorerServer.start(Listening.here(0), workbench, limits, failures::add);
  }

  @Test
  void aPassageDoesNotWaitForTheModel() throws Exception {
    SmallCollection collection = new SmallCollection();
    try (ExplorerServer other = small(collection, Limits.DEFAULT, FAILURES);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> ranked =
          clients.submit(() -> new Client(other).rank("{\"query\":\"waits\"}"));
      collection.waits.await();
      HttpResponse<String> passage = new Client(other).get("api/v1/passage?docno=bees");
      assertEquals(200, passage.statusCode(), passage.body());
      collection.go.countDown();
      assertEquals(200, ranked.get().statusCode());
    }
  }

  /** Every cell's change is that of the scores predicted for it alone. */
  @Test
  void estimatesAreThePredictors() throws Exception {
    String body = "{\"topic\":\"t1\"}";
    JsonNode answer = JSON.readTree(post("api/v1/estimates", body).body());
    JsonNode cells = JSON.readTree(send(to("api/v1/model")).body()).path("cells");
    assertEquals(cells.findValuesAsText("name"), answer.path("cells").findValuesAsText("name"));
    Topic topic = SmallCollection.TOPIC;
    Ranking first = SMALL.candidates(topic);
    Ranking plain = Reordering.of(first, ranker.score(topic.query(), SMALL.texts()).scores());
    List<WorkItem.Passage> passages = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      String text = SMALL.texts().get(i);
      passages.add(new WorkItem.Passage("t1/" + first.docno(i), text, List.of()));
    }
    WorkItem item = new WorkItem(List.of(new WorkItem.Query("t1", topic.query())), passages);
    List<Integer> some = IntStream.range(0, cells.size()).filter(i -> i % 11 == 0).boxed().toList();
    List<CompiledSpec> cuts =
        some.stream().map(i -> ranker.compile(cells.path(i).path("spec").asText())).toList();
    List<Ranking> predicted = new ArrayList<>();
    new ConditionPredictor(ranker, cuts, 1000)
        .predict(item, (condition, scores) -> predicted.add(Reordering.of(first, scores)));
    long swapped = 0;
    for (int i = 0; i < some.size(); i++) {
      JsonNode estimate = answer.path("cells").path(some.get(i));
      Ranking alone = predicted.get(i);
      long pairs = estimate.path("swappedPairs").asLong();
      assertEquals(RankChanges.of(plain, alone).swappedPairs(), pairs);
      double change = measured("AP", alone) - measured("AP", plain);
      assertEquals(change, estimate.path("changes").path(1).asDouble());
      swapped += pairs;
    }
    assertTrue(swapped > 0, "nothing moves");
    assertEquals(
        400, post("api/v1/estimates", "{\"topic\":\"t1\",\"spec\":\"zero\"}").statusCode());
  }

  @Test
  void aQueryHasNoJudgments() throws Exception {
    JsonNode answer = ranked(Map.of("query", "yeast", "depth", 3));
    assertEquals(3, answer.path("docs").size());
    assertEquals(0, answer.path("measures").size());
    assertTrue(answer.path("changes").isNull());
    assertTrue(answer.path("docs").path(0).path("changed").isNull());
    assertTrue(answer.path("docs").path(0).path("grade").isNull());
    assertEquals(0, ranked(Map.of("query", "nothing", "spec", CUT)).path("docs").size());
    assertEquals(200, post("api/v1/estimates", "{\"query\":\"nothing\"}").statusCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                | 400 | give a topic or a query, and not both",
        "{\"topic\":\"t1\",\"query\":\"q\"}| 400 | give a topic or a query, and not both",
        "{\"topic\":\"t2\"}                | 404 | there is no topic t2",
        "{\"topic\":\"t1\",\"depth\":0}    | 400 | depth must be in 1..5, got 0",
        "{\"topic\":\"t1\",\"depth\":6}    | 400 | depth must be in 1..5, got 6",
        "{\"topic\":\"t1\",\"depth\":1e99} | 400 | malformed",
        "{\"topic\":\"t1\",\"depth\":1.9}  | 400 | malformed",
        "{\"topic\":\"t1\",\"depth\":\"5\"}  | 400 | malformed",
        "{\"topic\":\"t1\",\"depth\":\"\"}   | 400 | malformed",
        "{\"topic\":\"t1\",\"spec\":true}  | 400 | malformed",
        "{\"topic\":\"t1\",\"reads\":1.5}  | 400 | malformed",
        "{\"topic\":1}                     | 400 | malformed",
        "{\"topic\":[[[[[[[[[1]]]]]]]]]}   | 400 | malformed",
        "{\"topic\":\"t1\",\"depht\":1}    | 400 | depht",
        "{\"topic\":\"t1\",\"topic\":\"\"} | 400 | malformed",
        "{\"topic\":\"t1\"} 1              | 400 | malformed",
        "null                              | 400 | JSON object",
        "[                                 | 400 | malformed",
        "{\"topic\":\"t1\",\"spec\":\"zero\"} | 400 | column 5",
        "{\"query\":\"unsearchable\"}       | 400 | not that query",
      })
  void saysWhatIsWrongWithARequest(String body, int status, String why) throws Exception {
    HttpResponse<String> response = rank(body);
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(message(response).contains(why), response.body());
  }

  @Test
  void aFaultInASpecHasItsColumn() throws Exception {
    HttpResponse<String> response =
        rank("{\"topic\":\"t1\",\"spec\":\"zero blocks.2.attn.hook_zz\"}");
    assertEquals(400, response.statusCode());
    assertEquals(6, JSON.readTree(response.body()).path("error").path("column").asInt());
  }

  @Test
  void passagesAreGivenAsTheyAre() throws Exception {
    String docno = URLEncoder.encode(SmallCollection.HOSTILE, StandardCharsets.UTF_8);
    HttpResponse<String> response = send(to("api/v1/passage?topic=t1&docno=" + docno));
    assertEquals(200, response.statusCode());
    assertEquals("application/json", response.headers().firstValue("Content-Type").orElse(""));
    assertEquals(SMALL.texts().getFirst(), JSON.readTree(response.body()).path("text").asText());
    assertEquals(404, send(to("api/v1/passage?topic=t1&docno=none")).statusCode());
    assertEquals(400, send(to("api/v1/passage?topic=t1")).statusCode());
    assertEquals(400, raw("GET /api/v1/passage?docno=%ff%zz", "Host: localhost"));
  }

  @Test
  void answersThisMachineAlone() throws Exception {
    assertEquals(200, raw("GET /", "Host: localhost"));
    assertEquals(200, raw("GET /api/v1/model", "Host: 127.0.0.1:1"), "another port: a tunnel");
    assertEquals(200, raw("GET /api/v1/model", "Host: [::1]:8765"));
    for (String host :
        List.of("evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "0.0.0.0")) {
      assertEquals(403, raw("GET /", "Host: " + host), host);
      assertEquals(403, raw("GET /api/v1/model", "Host: " + host + ":8765"), host);
    }
    assertEquals(400, raw("GET /api/v1/model"), "without a host");
  }

  @Test
  void answersItsOwnPagesAlone() throws Exception {
    String host = "Host: localhost:8765";
    assertEquals(200, raw("GET /api/v1/model", host, "Origin: http://localhost:8765"));
    assertEquals(200, raw("GET /api/v1/model", host, "Sec-Fetch-Site: same-origin"));
    assertEquals(200, raw("GET /", host, "Sec-Fetch-Site: cross-site"), "a link");
    for (String origin :
        List.of("http://evil.example", "https://localhost:8765", "http://localhost:1", "null")) {
      assertEquals(403, raw("GET /api/v1/model", host, "Origin: " + origin), origin);
    }
    assertEquals(403, raw("GET /api/v1/model", host, "Sec-Fetch-Site: cross-site"));
    assertEquals(403, raw("GET /api/v1/model", host, "Sec-Fetch-Site: same-site"));
    HttpResponse<String> form =
        send(
            to("api/v1/rank")
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{\"topic\":\"t1\"}")));
    assertEquals(415, form.statusCode(), "what a form of another site can send");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "page.js", "lit/lit-html.js", "api/v1/model", "api/v1/none", "none"})
  void everyAnswerIsProtected(String path) throws Exception {
    HttpResponse<String> response = send(to(path));
    String policy = response.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    assertEquals("nosniff", response.headers().firstValue("X-Content-Type-Options").orElse(""));
    assertTrue(response.headers().firstValue("Server").isEmpty());
    assertTrue(response.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
  }

  /** A page that was open before a restart sees it. */
  @Test
  void everyAnswerNamesTheStartOfTheServer() throws Exception {
    String start = start(client, "api/v1/model");
    for (String path : List.of("", "page.js", "api/v1/none")) {
      assertEquals(start, start(client, path), path);
    }
    try (ExplorerServer other = small(new SmallCollection(), Limits.DEFAULT, FAILURES)) {
      assertNotEquals(start, start(new Client(other), "api/v1/model"));
    }
  }

  private static String start(Client client, String path) throws Exception {
    return client.get(path).headers().firstValue("Lucerna-Start").orElseThrow();
  }

  @Test
  void methodsAreThoseOfTheDescription() throws Exception {
    JsonNode paths = JSON.readTree(send(to("api/v1/openapi.json")).body()).path("paths");
    assertEquals(16, paths.size());
    for (var path : paths.properties()) {
      if (path.getValue().path("get").path("tags").path(0).asText().equals("folder")) {
        continue; // Of a server that shows a folder.
      }
      String method = path.getValue().fieldNames().next().toUpperCase(Locale.ROOT);
      String other = method.equals("GET") ? "POST" : "GET";
      String address = path.getKey();
      int known = raw(method + " " + address, "Host: localhost", "Content-Length: 0");
      assertTrue(known == 200 || known == 400 || known == 415, address + ": " + known);
      assertEquals(405, raw(other + " " + address, "Host: localhost", "Content-Length: 0"));
    }
    assertEquals(404, send(to("api/v1/none")).statusCode());
    assertEquals(405, raw("DELETE /", "Host: localhost"));
  }

  /** What is answered has the fields that the description requires, and no others. */
  @Test
  void answersAreThoseOfTheDescription() throws Exception {
    JsonNode schemas =
        JSON.readTree(send(to("api/v1/openapi.json")).body()).path("components").path("schemas");
    String passage = send(to("api/v1/passage?topic=t1&docno=bees")).body();
    JsonNode model = JSON.readTree(send(to("api/v1/model")).body());
    JsonNode ranking = ranked(Map.of("topic", "t1", "spec", CUT));
    Map<String, JsonNode> answers =
        Map.of(
            "Model", model,
            "Topic", JSON.readTree(send(to("api/v1/topics")).body()).path(0),
            "Passage", JSON.readTree(passage),
            "Estimates", JSON.readTree(post("api/v1/estimates", "{\"topic\":\"t1\"}").body()),
            "Commands", JSON.readTree(post("api/v1/commands", "{\"topic\":\"t1\"}").body()),
            "Ranking", ranking,
            "Scores",
                JSON.readTree(
                    post(
                            "api/v1/score",
                            "{\"query\":\"q\",\"passages\":[{\"docno\":\"d\",\"text\":\"t\"}]}")
                        .body()),
            "Error", JSON.readTree(rank("{}").body()));
    answers.forEach((name, answer) -> assertFields(name, schemas.path(name), answer));
    assertFields(
        "Doc",
        schemas.path("Ranking").path("properties").path("docs").path("items"),
        ranking.path("docs").path(0));
    assertFields("Cell", schemas.path("Cell"), model.path("cells").path(0));
    String two = "{\"topic\":\"t1\",\"passages\":[{\"docno\":\"bees\"},{\"docno\":\"wasps\"}]}";
    JsonNode explanation = answered("explain", two);
    assertFields("Explanation", schemas.path("Explanation"), explanation);
    assertFields("Difference", schemas.path("Difference"), explanation.path("difference"));
    JsonNode explained = explanation.path("passages").path(0);
    assertFields("Explained", schemas.path("Explained"), explained);
    JsonNode side = explained.path("sides").path(1);
    assertFields("ExplainedSide", schemas.path("ExplainedSide"), side);
    assertFields("Word", schemas.path("Word"), side.path("words").path(0));
    assertFields("Component", schemas.path("Component"), side.path("components").path(0));
    assertFields("Lens", schemas.path("Lens"), answered("lens", two));
    String one = "{\"query\":\"bees\",\"passages\":[{\"docno\":\"a\",\"text\":\"a bee\"}]}";
    JsonNode detail = answered("explain/detail", one).path("passages").path(0);
    assertFields("Meeting", schemas.path("Meeting"), detail.path("meeting"));
    JsonNode attention = answered("attention", one);
    assertFields("Attention", schemas.path("Attention"), attention);
    assertFields("AttentionSide", schemas.path("AttentionSide"), attention.path("sides").path(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "explain | {'topic':'t1'} | 400 | give one passage, or two",
        "explain | {'topic':'t1','passages':[]} | 400 | give one passage, or two",
        "explain | {'topic':'t1','passages':[null]} | 400 | give one passage, or two",
        "explain | {'topic':'t1','passages':[{}]} | 400 | a passage has no docno",
        "explain | {'topic':'t1','passages':['bees']} | 400 | the body is malformed",
        "explain | {'topic':'t1','passages':[{'docno':'none'}]} | 404 | there is no document none",
        "explain | {'topic':'t9','passages':[{'docno':'bees'}]} | 404 | there is no topic t9",
        "explain | {'passages':[{'docno':'bees'}]} | 400 | give a topic or a query",
        "explain | {'topic':'t1','spec':'','passages':[{'docno':'bees'}]} | 400 | spec",
        "lens | {'topic':'t1','passages':[{'docno':'a'},{'docno':'b'},{'docno':'c'}]} | 400 | or two",
        "attention | {'topic':'t1','passages':[{'docno':'a'},{'docno':'b'}]} | 400 | of one passage",
        "attention | {'topic':'t1','head':'L77H0','passages':[{'docno':'bees'}]} | 404 | L77H0",
        "attention | {'topic':'t1','spec':'zero x','passages':[{'docno':'bees'}]} | 400 | column",
      })
  void saysWhatIsWrongWithAPair(String path, String body, int status, String why) throws Exception {
    HttpResponse<String> response = post("api/v1/" + path, body.replace('\'', '"'));
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(message(response).contains(why), message(response));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "rank | {'topic':'t1','edit':{'docno':'bees'}} | an edit has a docno and a text",
        "rank | {'topic':'t1','edit':{'docno':'none','text':'a'}} | reads no document none",
        "rank | {'topic':'t1','depth':1,'edit':{'docno':'bees','text':'a'}} | no document bees",
        "rank | {'topic':'t1','edit':'bees'} | the body is malformed",
        "estimates | {'topic':'t1','reads':'bread'} | leave out the spec, and what is edited",
        "estimates | {'topic':'t1','edit':{'docno':'bees','text':'a'}} | and what is edited",
      })
  void saysWhatIsWrongWithAnEdit(String path, String body, String why) throws Exception {
    HttpResponse<String> response = post("api/v1/" + path, body.replace('\'', '"'));
    assertEquals(400, response.statusCode(), response.body());
    assertTrue(message(response).contains(why), message(response));
  }

  @Test
  void textsAreBounded() throws Exception {
    String body = "{\"topic\":\"t1\",\"passages\":[{\"docno\":\"bees\",\"%s\":\"%s\"}]}";
    for (String field : List.of("text", "query")) {
      HttpResponse<String> response =
          post("api/v1/explain", String.format(Locale.ROOT, body, field, "x".repeat(16_001)));
      assertEquals(400, response.statusCode());
      assertTrue(message(response).contains(field + " has 16001 characters"), message(response));
    }
  }

  private static JsonNode answered(String path, String body) throws Exception {
    HttpResponse<String> response = post("api/v1/" + path, body);
    assertEquals(200, response.statusCode(), response.body());
    return JSON.readTree(response.body());
  }

  private static void assertFields(String name, JsonNode schema, JsonNode answer) {
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(field -> required.add(field.asText()));
    List<String> fields = new ArrayList<>();
    answer.fieldNames().forEachRemaining(fields::add);
    assertFalse(required.isEmpty(), name);
    assertEquals(required, fields, name);
  }

  /** Whatever a word holds, a shell reads it as it is. */
  @Test
  void commandLinesAreQuoted() throws Exception {
    Map<String, String> request =
        Map.of("topic", "t1", "spec", CUT, "docno", SmallCollection.HOSTILE);
    JsonNode answer =
        JSON.readTree(post("api/v1/commands", JSON.writeValueAsString(request)).body());
    List<String> lines = answer.path("lines").findValuesAsText("line");
    String ranked =
        "./lucerna rerank -index 'an index' -topics topics.tsv -run run.first.txt -model minilm"
            + " -rerank.depth 5 -output run.plain.txt";
    assertEquals(ranked, lines.get(1));
    assertEquals(
        "./lucerna eval -q -l 1 -m nDCG@10 -m AP -m RR 'bees'\\'' qrels' run.changed.txt",
        lines.get(5));
    assertTrue(lines.getLast().endsWith("-docid '" + SmallCollection.HOSTILE + "'"));
  }

  /** What is edited is in no file, so that only its score has a line. */
  @Test
  void commandLinesSayWhatIsEdited() throws Exception {
    String edit =
        "{\"topic\": \"t1\", \"docno\": \"bees\", \"reads\": \"bees?\","
            + " \"edit\": {\"docno\": \"bees\", \"text\": \"A bee's eye.\"}}";
    JsonNode answer = JSON.readTree(post("api/v1/commands", edit).body());
    List<String> lines = answer.path("lines").findValuesAsText("line");
    assertEquals(
        "./lucerna explain -model minilm -query 'bees?' -passage 'A bee'\\''s eye.'",
        lines.getLast());
    assertEquals(
        "They rank the texts as they are: what is edited on the page is in none of them.",
        answer.path("notes").path(0).asText());
  }

  @Test
  void commandLinesOfATypedQuerySayHowItBecomesATopic() throws Exception {
    JsonNode answer =
        JSON.readTree(
            post("api/v1/commands", "{\"query\":\"what's\\ta bee\", \"docno\": \"a,b\"}").body());
    List<String> lines = answer.path("lines").findValuesAsText("line");
    assertEquals("printf '1\\t%s\\n' 'what'\\''s a bee' > query.tsv", lines.getFirst());
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(2).contains(" -topics query.tsv "), lines.get(2));
    assertEquals(
        "No line explains a,b: explain takes a comma for the end of an id.",
        answer.path("notes").path(1).asText());
  }

  @Test
  void theModelHasACellForEachHeadAndMlp() throws Exception {
    JsonNode model = JSON.readTree(send(to("api/v1/model")).body());
    assertEquals(6 * 12 + 6, model.path("cells").size());
    List<String> specs = model.path("cells").findValuesAsText("spec");
    assertTrue(specs.contains(CUT), specs.toString());
    ObjectNode all = JSON.createObjectNode().put("topic", "t1").put("depth", 1);
    all.put("spec", String.join("; ", specs));
    assertEquals(200, rank(all.toString()).statusCode());
  }

  @Test
  void aPortThatIsTakenIsNamedWithOneThatIsFree() {
    int port = server.address().getPort();
    IOException taken =
        assertThrows(
            IOException.class,
            () ->
                ExplorerServer.start(
                    Listening.here(port),
                    ranker,
                    SMALL,
                    SmallCollection.QRELS,
                    1,
                    SmallCollection.LAUNCH,
                    e -> {}));
    assertTrue(
        String.valueOf(taken.getMessage())
            .matches("port " + port + " is taken; (\\d+) is free: -port (\\1|0 finds one)"),
        taken.getMessage());
    assertEquals(
        taken.getMessage(),
        assertThrows(IOException.class, () -> ExplorerServer.requireFree(Listening.here(port)))
            .getMessage());
  }
}
