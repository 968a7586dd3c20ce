package io.lucerna.plugin.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.Rgb;
import io.lucerna.studies.explain.Explained;
import io.lucerna.studies.explain.MeetingWords;
import io.lucerna.studies.explain.Words;
import io.lucerna.studies.explain.Words.Word;
import java.util.List;
import java.util.Locale;

/**
 * What the page's script reads: numbers word by word.
 *
 * @param pairs what was explained
 */
record PageData(List<Explained> pairs) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Colours from the darkest blue to the darkest red. */
  private static final int COLOURS = 64;

  /** Parts that are listed one by one. */
  private static final int SHOWN = 15;

  ObjectNode json() {
    ObjectNode data = JSON.objectNode();
    ArrayNode colours = data.putArray("colours");
    DivergingScale scale = new DivergingScale(COLOURS);
    for (int i = -COLOURS; i <= COLOURS; i++) {
      Rgb ground = scale.colour(i);
      colours.addArray().add(ground.hex()).add(ground.text().hex());
    }
    data.put("shown", SHOWN);
    ArrayNode docs = data.putArray("docs");
    for (Explained pair : pairs) {
      ObjectNode doc = docs.addObject();
      doc.put("docid", pair.docid());
      ArrayNode sides = doc.putArray("sides");
      pair.parts().sides().forEach(side -> side(sides.addObject(), pair, side));
      pair.parts().meeting().ifPresent(meeting -> meeting(doc, pair, meeting));
    }
    return data;
  }

  private static void side(ObjectNode json, Explained pair, SideParts side) {
    List<Word> words = Words.of(side, pair);
    json.put("name", side.side().name().toLowerCase(Locale.ROOT));
    ArrayNode texts = json.putArray("words");
    words.forEach(word -> texts.add(word.text()));
    numbers(json.putArray("adds"), words, side.byToken().tokens());
    numbers(json.putArray("straight"), words, side.rest().tokens());
    ArrayNode names = json.putArray("components");
    ArrayNode values = json.putArray("component_adds");
    ArrayNode rows = json.putArray("by_component");
    ArrayNode biases = json.putArray("component_biases");
    side.components()
        .forEach(
            (component, adds) -> {
              names.add(component.toString());
              values.add(adds);
            });
    for (Shares shares : side.byBoth().values()) {
      numbers(rows.addArray(), words, shares.tokens());
      biases.add(shares.biases());
    }
  }

  private static void numbers(ArrayNode array, List<Word> words, double[] tokens) {
    words.forEach(word -> array.add(word.of(tokens)));
  }

  private static void meeting(ObjectNode doc, Explained pair, Meeting meeting) {
    MeetingWords met = MeetingWords.of(pair, meeting);
    ArrayNode rows = doc.putArray("meeting");
    met.rows().forEach(row -> row.forEach(rows.addArray()::add));
    if (meeting instanceof MaxSims) {
      ArrayNode taken = doc.putArray("taken");
      met.taken().forEach(places -> places.forEach(taken.addArray()::add));
    }
    doc.put("of_terms", meeting instanceof Terms);
  }
}
