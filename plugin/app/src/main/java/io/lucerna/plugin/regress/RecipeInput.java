package io.lucerna.plugin.regress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.table.CsvFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A file that a recipe writes before its first command. */
sealed interface RecipeInput {
  ObjectMapper JSON = new ObjectMapper();

  /** The file's name in the folder of the results. */
  String file();

  /** Its content. */
  String content(Surroundings at) throws IOException;

  /** What recipes find around them. */
  interface Surroundings {
    /** One of the files that the recipe needs. */
    Path needed(String name);

    /** The judgments of a collection. */
    Qrels qrels(String collection) throws IOException;
  }

  static RecipeInput read(Keys keys, Set<String> files) {
    String file = keys.text("file");
    if (file.contains("/") || file.contains("\\")) {
      throw keys.fault("file", "must be a name without folders, got '" + file + "'");
    }
    if (keys.has("lines")) {
      keys.only(List.of("file", "lines"));
      return new Lines(file, keys.text("lines"));
    }
    if (keys.has("resource")) {
      keys.only(List.of("file", "resource"));
      return new Resource(file, keys.text("resource"));
    }
    if (keys.has("top1000")) {
      keys.only(List.of("file", "top1000", "judged"));
      return new Top1000(file, known(keys, "top1000", files), keys.text("judged"));
    }
    if (keys.has("tfc1")) {
      keys.only(List.of("file", "tfc1", "place", "corpus", "queries", "terms"));
      return new Tfc1(
          file,
          Tfc1.Place.parse(keys),
          known(keys, "corpus", files),
          known(keys, "queries", files),
          known(keys, "terms", files),
          known(keys, "tfc1", files));
    }
    throw keys.fault("file", "one of lines, resource, top1000, tfc1 must say what is in it");
  }

  private static String known(Keys keys, String key, Set<String> files) {
    String name = keys.text(key);
    if (!files.contains(name)) {
      throw keys.fault(key, name + " is not one of the recipe's files");
    }
    return name;
  }

  /** Writes the file into a folder. */
  default void writeTo(Path folder, Surroundings at) throws IOException {
    String content = content(at);
    AtomicFile.write(folder.resolve(file()), out -> out.write(content));
  }

  /** Text that the recipe has. */
  record Lines(String file, String text) implements RecipeInput {
    @Override
    public String content(Surroundings at) throws IOException {
      return text.endsWith("\n") ? text : text + "\n";
    }
  }

  /** A file that comes with Lucerna. */
  record Resource(String file, String resource) implements RecipeInput {
    @Override
    public String content(Surroundings at) throws IOException {
      try (InputStream in = RecipeInput.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new RegressException(resource + ": no such resource");
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  /**
   * Requests of MS MARCO's candidates for reranking: lines of qid, pid, query and passage, in no
   * order.
   *
   * @param judged the collection whose judged topics are kept
   */
  record Top1000(String file, String top1000, String judged) implements RecipeInput {
    @Override
    public String content(Surroundings at) throws IOException {
      Set<String> topics = Set.copyOf(at.qrels(judged).topics());
      Map<String, ObjectNode> requests = new LinkedHashMap<>();
      TextFile source = TextFile.of(at.needed(top1000));
      try (TextLines lines = source.lines()) {
        for (String line = lines.next(); line != null; line = lines.next()) {
          String[] columns = line.split("\t", -1);
          if (columns.length != 4) {
            throw lines.error("expected qid, pid, query and passage, with tabs");
          }
          if (topics.contains(columns[0])) {
            candidates(requests, columns[0], columns[2])
                .addObject()
                .put("docid", columns[1])
                .putObject("doc")
                .put("contents", columns[3]);
          }
        }
      }
      return lines(requests);
    }
  }

  /**
   * Requests of the diagnostic set of Chen, Merullo and Eickhoff (SIGIR 2024), whose base passages
   * begin with the filler {@code a}. Their scores are the published ones.
   *
   * @param place where the query's term is added; the base passages have none
   * @param corpus the base passages
   * @param queries the queries
   * @param terms the term of each query
   * @param scores the scores of base and changed passages
   */
  record Tfc1(String file, Place place, String corpus, String queries, String terms, String scores)
      implements RecipeInput {
    private static final List<String> COLUMNS = List.of("qid", "doc_id", "og_score", "p_score");

    /** What becomes of a base passage. */
    enum Place {
      NONE,
      START,
      END;

      private static Place parse(Keys keys) {
        return switch (keys.text("place")) {
          case "none" -> NONE;
          case "start" -> START;
          case "end" -> END;
          default -> throw keys.fault("place", "must be none, start or end");
        };
      }

      private String text(String base, String term) {
        String bare = base.replaceFirst("^a ", "");
        return switch (this) {
          case NONE -> base;
          case START -> term + " " + bare;
          case END -> bare + " " + term;
        };
      }
    }

    @Override
    public String content(Surroundings at) throws IOException {
      JsonNode passages = json(at.needed(corpus)).path("corpus");
      JsonNode words = json(at.needed(terms));
      Map<String, String> texts = queries(at.needed(queries));
      Map<String, ObjectNode> requests = new LinkedHashMap<>();
      CsvFile table = CsvFile.read(at.needed(scores));
      if (!table.header().containsAll(COLUMNS)) {
        throw TextFile.of(at.needed(scores)).error(1, "expected the columns " + COLUMNS);
      }
      for (CsvFile.Row row : table.rows()) {
        String qid = row.text("qid");
        String docid = row.text("doc_id");
        String base = passages.path(qid).path(docid).path("text").asText();
        String query = texts.get(qid);
        if (query == null || base.isEmpty()) {
          continue;
        }
        if (!words.hasNonNull(qid)) {
          throw TextFile.of(at.needed(terms)).error(1, "no term of query " + qid);
        }
        candidates(requests, qid, query)
            .addObject()
            .put("docid", docid)
            .put("score", row.number(place == Place.NONE ? "og_score" : "p_score"))
            .putObject("doc")
            .put("contents", place.text(base, words.path(qid).asText()));
      }
      return lines(requests);
    }

    /** Lines of a topic, a comma and a text, which may be quoted. */
    private static Map<String, String> queries(Path file) throws IOException {
      Map<String, String> texts = new LinkedHashMap<>();
      for (String line : TextFile.of(file).text().lines().toList()) {
        String[] both = line.split(",", 2);
        String text = both.length < 2 ? "" : both[1].strip();
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        texts.put(
            both[0], quoted ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text);
      }
      return texts;
    }
  }

  private static ArrayNode candidates(Map<String, ObjectNode> requests, String qid, String query) {
    return requests
        .computeIfAbsent(
            qid,
            topic -> {
              ObjectNode request = JSON.createObjectNode();
              request.putObject("query").put("qid", topic).put("text", query);
              return request;
            })
        .withArray("candidates");
  }

  private static String lines(Map<String, ObjectNode> requests) {
    if (requests.isEmpty()) {
      throw new RegressException("no topic of the recipe is in its files");
    }
    StringBuilder lines = new StringBuilder();
    requests.values().forEach(request -> lines.append(request).append('\n'));
    return lines.toString();
  }

  private static JsonNode json(Path file) throws IOException {
    String text = TextFile.of(file).text();
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(file.toString(), "JSON", e, text);
    }
  }
}
