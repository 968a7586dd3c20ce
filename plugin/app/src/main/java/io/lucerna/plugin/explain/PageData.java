package io.lucerna.plugin.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.plugin.explain.Words.Word;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Term;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.chart.DivergingScale;
import io.lucerna.studies.chart.Rgb;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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
    SideParts passage = pair.parts().sides().getLast();
    List<Word> words = Words.of(passage, pair);
    ArrayNode rows = doc.putArray("meeting");
    switch (meeting) {
      case Pairs pairs -> {
        for (Word asked : Words.of(pair.parts().sides().getFirst(), pair)) {
          double[] sums = new double[passage.tokens().size() + 1];
          for (int row = asked.first(); row < asked.end(); row++) {
            for (int i = 0; i < sums.length; i++) {
              sums[i] += pairs.values()[row][i];
            }
          }
          numbers(rows.addArray(), words, sums);
        }
      }
      case MaxSims sims -> {
        ArrayNode taken = doc.putArray("taken");
        for (Word asked : Words.of(pair.parts().sides().getFirst(), pair)) {
          ArrayNode best = rows.addArray();
          words.forEach(word -> best.add(largest(sims, asked, word)));
          ArrayNode places = taken.addArray();
          IntStream.range(asked.first(), asked.end())
              .map(token -> place(words, sims.taken()[token]))
              .distinct()
              .forEach(places::add);
        }
      }
      case Terms terms -> {
        for (Term term : terms.heaviest()) {
          numbers(rows.addArray(), words, term.byToken().tokens());
        }
      }
    }
    doc.put("of_terms", meeting instanceof Terms);
  }

  /** The largest product of the tokens of two words; 0 if there is none. */
  private static double largest(MaxSims sims, Word asked, Word read) {
    return Arrays.stream(sims.products(), asked.first(), asked.end())
        .flatMapToDouble(row -> Arrays.stream(row, read.first(), read.end()))
        .filter(product -> !Double.isNaN(product))
        .max()
        .orElse(0);
  }

  /** The word that a token is of. */
  private static int place(List<Word> words, int token) {
    for (int i = 0; i < words.size(); i++) {
      if (token < words.get(i).end()) {
        return i;
      }
    }
    throw new IllegalStateException("token " + token + " is of no word");
  }
}
