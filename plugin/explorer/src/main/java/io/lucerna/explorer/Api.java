package io.lucerna.explorer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.lucerna.base.JsonFaults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** The requests below {@code /api/v1}, described in {@code openapi.json} among the resources. */
final class Api {
  static final String ROOT = "/api/v1/";

  /**
   * The longest body, in bytes, of a request without texts: a spec of the longest kind in its
   * widest letters.
   */
  static final int LONGEST_BODY = 1 << 17;

  /** Bytes of a longer one that are read and dropped. */
  private static final int DROPPED = 1 << 23;

  private static final int LONGEST_ID = 2_000;

  /** Takes a number or a text for what it is alone: of 1.9 documents, one would be ranked. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          .maxNumberLength(32)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .withCoercionConfig(
              LogicalType.Integer,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  /** Answers one kind of request. */
  private interface Route {
    byte[] answer(Request request) throws Exception;
  }

  private final Desk desk;
  private final Duration longestBody;

  /** By path and method. */
  private final Map<String, Map<String, Route>> routes = new LinkedHashMap<>();

  private Api(Desk desk, Duration longestBody) throws IOException {
    this.desk = desk;
    this.longestBody = longestBody;
    try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks openapi.json");
      }
      byte[] description = in.readAllBytes();
      routes.put("openapi.json", Map.of("GET", request -> description));
    }
  }

  /**
   * Of a server that ranks.
   *
   * @param longestBody how long a body may take to arrive
   */
  Api(Workbench workbench, Desk desk, Duration longestBody) throws IOException {
    this(desk, longestBody);
    byte[] model = MAPPER.writeValueAsBytes(workbench.model());
    byte[] topics = MAPPER.writeValueAsBytes(workbench.topics());
    routes.put("model", Map.of("GET", request -> model));
    routes.put("topics", Map.of("GET", request -> topics));
    Explaining explaining = new Explaining(workbench);
    Inside inside = new Inside(workbench);
    Scoring scoring = new Scoring(workbench);
    routes.put("passage", Map.of("GET", request -> passage(request, workbench)));
    routes.put("commands", Map.of("POST", request -> commands(request, workbench)));
    work("rank", RankRequest.class, Desk.Kind.RANKING, workbench::rank);
    work("rank/background", RankRequest.class, Desk.Kind.ESTIMATES, workbench::rank);
    work("estimates", RankRequest.class, Desk.Kind.ESTIMATES, workbench::estimates);
    work(
        "explain", PairsRequest.class, Desk.Kind.INSIDE, asked -> explaining.explain(asked, false));
    work(
        "explain/detail",
        PairsRequest.class,
        Desk.Kind.INSIDE,
        asked -> explaining.explain(asked, true));
    work("attention", AttentionRequest.class, Desk.Kind.INSIDE, inside::attention);
    work("lens", PairsRequest.class, Desk.Kind.INSIDE, inside::lens);
    work("score", ScoreRequest.class, ScoreRequest.LONGEST_BODY, Desk.Kind.RANKING, scoring::score);
  }

  /** Of a server that shows a folder. */
  Api(Opened opened, Desk desk, Duration longestBody) throws IOException {
    this(desk, longestBody);
    routes.put("opened", Map.of("GET", request -> read(opened::overview)));
    routes.put(
        "opened/rows",
        Map.of(
            "GET",
            request -> {
              Fields asked = parameters(request);
              int map = number(asked, "map");
              String cell = parameter(asked, "cell", "");
              int from = number(asked, "from");
              return read(() -> opened.rows(map, cell, from));
            }));
    routes.put(
        "opened/row",
        Map.of(
            "GET",
            request -> {
              Fields asked = parameters(request);
              int map = number(asked, "map");
              String cell = parameter(asked, "cell", "");
              String row = parameter(asked, "row", null);
              return read(() -> opened.row(map, cell, row));
            }));
  }

  /** What is read of a folder, one after the other. */
  private byte[] read(Callable<?> answer) throws Exception {
    return MAPPER.writeValueAsBytes(desk.work("", Desk.Kind.RANKING, answer));
  }

  /**
   * The answer, in JSON.
   *
   * @throws Refusal if there is none
   */
  byte[] answer(Request request) throws Exception {
    String path = Request.getPathInContext(request).substring(ROOT.length());
    Map<String, Route> methods = routes.get(path);
    if (methods == null) {
      throw new Refusal(404, "the API has no such address; see " + ROOT + "openapi.json");
    }
    Route route = methods.get(request.getMethod());
    if (route == null) {
      throw new Refusal(405, "use " + String.join(", ", methods.keySet()));
    }
    return route.answer(request);
  }

  /** A refusal in JSON. */
  static byte[] error(String message, int column) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("message", message);
    if (column > 0) {
      error.put("column", column);
    }
    try {
      return MAPPER.writeValueAsBytes(Map.of("error", error));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] passage(Request request, Workbench workbench) throws Exception {
    Fields fields = parameters(request);
    String topic = parameter(fields, "topic", "");
    String docno = parameter(fields, "docno", null);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("docno", docno);
    answer.put("text", workbench.passage(topic, docno));
    return MAPPER.writeValueAsBytes(answer);
  }

  private static Fields parameters(Request request) throws Exception {
    try {
      return Request.extractQueryParameters(request);
    } catch (RuntimeException e) {
      throw new Refusal(400, "the address is malformed", e);
    }
  }

  private static int number(Fields fields, String name) {
    String value = parameter(fields, name, "0");
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new Refusal(400, name + " must be a number, got " + value, e);
    }
  }

  private static String parameter(Fields fields, String name, @Nullable String otherwise) {
    String value = fields.getValue(name);
    value = value == null ? otherwise : value;
    if (value == null || value.length() > LONGEST_ID) {
      throw new Refusal(400, name + " is missing, or longer than " + LONGEST_ID + " characters");
    }
    return value;
  }

  private byte[] commands(Request request, Workbench workbench) throws Exception {
    return MAPPER.writeValueAsBytes(workbench.commands(read(request, CommandsRequest.class)));
  }

  private interface Work<T> {
    Object answer(T asked) throws IOException;
  }

  /** What the model is needed for. */
  private <T extends Paged> void work(String path, Class<T> type, Desk.Kind kind, Work<T> work) {
    work(path, type, LONGEST_BODY, kind, work);
  }

  private <T extends Paged> void work(
      String path, Class<T> type, int longest, Desk.Kind kind, Work<T> work) {
    Route route =
        request -> {
          T asked = read(request, type, longest);
          return MAPPER.writeValueAsBytes(desk.work(asked.page(), kind, () -> work.answer(asked)));
        };
    routes.put(path, Map.of("POST", route));
  }

  private <T> T read(Request request, Class<T> kind) throws IOException {
    return read(request, kind, LONGEST_BODY);
  }

  private <T> T read(Request request, Class<T> kind, int longest) throws IOException {
    String type = String.valueOf(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
    if (!type.matches("(?i)application/json(\\s*;\\s*charset=\"?utf-8\"?)?")) {
      throw new Refusal(415, "the body must be application/json");
    }
    if (request.getLength() > longest + DROPPED) {
      throw tooLong(longest);
    }
    try {
      T asked = MAPPER.readValue(body(request, longest), kind);
      if (asked == null) {
        throw new Refusal(400, "the body must be a JSON object");
      }
      return asked;
    } catch (JsonMappingException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw refusal;
      }
      throw malformed(e);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    }
  }

  /** Reads a body that is too long on for a while: a client that still sends sees no answer. */
  private byte[] body(Request request, int longest) {
    long begun = System.nanoTime();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] piece = new byte[1 << 13];
    int length = 0;
    try (InputStream in = Request.asInputStream(request)) {
      for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
        if (System.nanoTime() - begun > longestBody.toNanos()) {
          throw slow();
        }
        length += got;
        if (length > longest + DROPPED) {
          break;
        }
        if (length <= longest) {
          body.write(piece, 0, got);
        }
      }
    } catch (IOException e) {
      throw e.getCause() instanceof TimeoutException
          ? slow()
          : new Refusal(400, "the body ended before its end", e);
    }
    if (length > longest) {
      throw tooLong(longest);
    }
    return body.toByteArray();
  }

  private static Refusal tooLong(int longest) {
    return new Refusal(413, "the body has more than " + longest + " bytes");
  }

  private static Refusal slow() {
    return new Refusal(408, "the body came too slowly");
  }

  private static Refusal malformed(JsonProcessingException e) {
    return new Refusal(400, "the body is malformed: " + JsonFaults.reason(e), e);
  }
}
