package io.lucerna.studies.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.studies.ranking.ConditionInfo;
import io.lucerna.studies.ranking.Move;
import io.lucerna.studies.ranking.TopicValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SequencedMap;
import java.util.zip.GZIPOutputStream;

/**
 * The pictures that a page switches between. Those of one condition are compressed together, and
 * are the same as in the files, so that the script draws nothing by itself.
 */
final class ReportData {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ReportData() {}

  static JsonNode json(StudyFiles study) throws IOException {
    ReportFigures figures = new ReportFigures(study);
    ObjectNode page = MAPPER.createObjectNode();
    ArrayNode conditions = page.putArray("conditions");
    for (ConditionInfo condition : study.info().interventions()) {
      SequencedMap<String, List<Move>> moves = study.moves(condition.id());
      ObjectNode one = conditions.addObject();
      ArrayNode topics = one.putArray("topics");
      moves.keySet().forEach(topics::add);
      ObjectNode pictures = MAPPER.createObjectNode();
      ArrayNode changes = pictures.putArray("changes");
      for (String measure : study.info().measures()) {
        List<TopicValue> values = study.sorted(condition.id(), measure);
        changes.add(
            values.isEmpty() ? "" : figures.topics(condition, measure, values).svg("changes"));
      }
      ArrayNode ranks = pictures.putArray("ranks");
      moves.forEach((topic, of) -> ranks.add(figures.ranks(condition, topic, of).svg("ranks")));
      one.put("pictures", compressed(MAPPER.writeValueAsString(pictures)));
    }
    return page;
  }

  private static String compressed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
