package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passages that a request brings. */
class ScoringTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CUT = "zero blocks.2.attn.hook_z head=5";
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
            new SmallCollection(),
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

  private static HttpResponse<String> post(String body) throws Exception {
    return client.post("api/v1/score", body);
  }

  private static JsonNode error(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body()).path("error");
  }

  private static List<Map<String, String>> passages(List<String> texts) {
    return IntStream.range(0, texts.size())
        .mapToObj(i -> Map.of("docno", "own" + i, "text", texts.get(i)))
        .toList();
  }

  @Test
  void scoresAsTheRankerDoes() throws Exception {
    String query = "when do trains leave";
    List<String> texts =
        List.of("The train leaves at ten.", "", "Bees. ".repeat(500), "Trains leave when they do.");
    for (String spec : List.of("", CUT)) {
      HttpResponse<String> response =
          post(
              JSON.writeValueAsString(
                  Map.of(
                      "topic", "mine", "query", query, "spec", spec, "passages", passages(texts))));
      assertEquals(200, response.statusCode(), response.body());
      JsonNode answer = JSON.readTree(response.body());
      PairScores given = ranker.score(query, texts, ranker.compile(spec).hooks());
      float[] scores = new float[texts.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = answer.path("scores").path(i).floatValue();
      }
      assertArrayEquals(given.scores(), scores);
      assertEquals(1, answer.path("truncated").asInt());
      assertEquals(spec, answer.path("spec").asText());
      assertEquals(spec.isEmpty() ? 0 : 1, answer.path("notes").size());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                        | 400 | the query is missing",
        "{'query':' ','passages':[]}               | 400 | the query is missing",
        "{'query':'q'}                             | 400 | passages must be 1..1000, got 0",
        "{'query':'q','passages':[]}               | 400 | passages must be 1..1000, got 0",
        "{'query':'q','passages':[null]}           | 400 | a passage is null",
        "{'query':'q','passages':['d']}            | 400 | malformed",
        "{'query':'q','passages':[{'text':'t'}]}   | 400 | a passage has no docno",
        "{'query':'q','passages':[{'docno':'d'}]}  | 400 | document d has no text",
        "{'query':'q','passages':[{'docno':'d','text':['t']}]}         | 400 | malformed",
        "{'query':'q','passages':[{'docno':'d','text':'t','grade':1}]} | 400 | grade",
        "{'query':'q','passages':[{'docno':'d','text':'t'},{'docno':'d','text':'u'}]} | 400 | twice",
        "{'query':'q','passages':[{'docno':'d','text':'t'}],'depth':1} | 400 | depth",
        "{'query':'q','passages':[{'docno':'d','text':'t'}],'spec':'zero'} | 400 | column 5",
        "{'query':'q','passages':[{'docno':'d','text':'t'}],'spec':'patch blocks.1.hook_resid_pre from=/etc'} | 400 | on the command line only",
      })
  void saysWhatIsWrongWithARequest(String body, int status, String why) throws Exception {
    HttpResponse<String> response = post(body.replace('\'', '"'));
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(error(response).path("message").asText().contains(why), response.body());
  }

  @Test
  void sizesAreBounded() throws Exception {
    List<String> many = Collections.nCopies(1001, "t");
    String body = JSON.writeValueAsString(Map.of("query", "q", "passages", passages(many)));
    assertEquals("passages must be 1..1000, got 1001", error(post(body)).path("message").asText());
    List<String> large = List.of("t".repeat(ScoreRequest.LONGEST_BODY));
    HttpResponse<String> response =
        post(JSON.writeValueAsString(Map.of("query", "q", "passages", passages(large))));
    assertEquals(413, response.statusCode(), response.body());
    String query = "q".repeat(2001);
    List<String> one = List.of("t");
    response = post(JSON.writeValueAsString(Map.of("query", query, "passages", passages(one))));
    assertEquals(400, response.statusCode(), response.body());
  }
}
