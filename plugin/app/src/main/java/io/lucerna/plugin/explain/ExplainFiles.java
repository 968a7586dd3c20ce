package io.lucerna.plugin.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.lucerna.base.AtomicFile;
import io.lucerna.instrumentation.model.LinearPass.Component;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Term;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.explain.Explained;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Divided scores as {@code explanation.json}. */
public final class ExplainFiles {
  /** The file's name. */
  public static final String FILE = "explanation.json";

  private static final JsonFactory JSON = new JsonFactory();

  private ExplainFiles() {}

  /**
   * Writes the file.
   *
   * @param folder where; it is made if it does not exist
   * @param pairs what was explained
   * @throws IOException if it cannot be written
   */
  public static void write(Path folder, List<Explained> pairs) throws IOException {
    Files.createDirectories(folder);
    AtomicFile.write(
        folder.resolve(FILE),
        out -> {
          try (JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartArray();
            for (Explained pair : pairs) {
              json.writeRaw('\n');
              write(pair, json);
            }
            json.writeRaw('\n');
            json.writeEndArray();
          }
          out.write('\n');
        });
  }

  private static void write(Explained pair, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("qid", pair.qid());
    json.writeStringField("docid", pair.docid());
    json.writeStringField("query", pair.query());
    json.writeStringField("passage", pair.passage());
    json.writeNumberField("score", pair.parts().score());
    json.writeArrayFieldStart("sides");
    for (SideParts side : pair.parts().sides()) {
      json.writeStartObject();
      json.writeStringField("side", side.side().name().toLowerCase(Locale.ROOT));
      tokens(side.tokens(), json);
      shares("by_token", side.byToken(), json);
      json.writeNumberField("residual", pair.parts().residual(side));
      json.writeObjectFieldStart("components");
      for (Map.Entry<Component, Double> component : side.components().entrySet()) {
        json.writeNumberField(component.getKey().toString(), component.getValue());
      }
      json.writeEndObject();
      shares("embeddings", side.rest(), json);
      json.writeObjectFieldStart("by_component_and_token");
      for (Map.Entry<Component, Shares> component : side.byBoth().entrySet()) {
        shares(component.getKey().toString(), component.getValue(), json);
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
    if (pair.parts().meeting().isPresent()) {
      meeting(pair.parts().meeting().get(), json);
    }
    json.writeEndObject();
  }

  private static void meeting(Meeting meeting, JsonGenerator json) throws IOException {
    switch (meeting) {
      case Pairs pairs -> rows("pairs", pairs.values(), json);
      case MaxSims sims -> {
        rows("maxsim", sims.products(), json);
        json.writeFieldName("maxsim_taken");
        json.writeArray(sims.taken(), 0, sims.taken().length);
      }
      case Terms terms -> {
        json.writeArrayFieldStart("terms");
        for (Term term : terms.heaviest()) {
          json.writeStartObject();
          json.writeStringField("term", term.text());
          json.writeNumberField("query", term.query());
          json.writeNumberField("passage", term.passage());
          shares("by_token", term.byToken(), json);
          json.writeEndObject();
        }
        json.writeEndArray();
        shares("other_terms", terms.other(), json);
      }
    }
  }

  private static void rows(String name, double[][] rows, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart(name);
    for (double[] row : rows) {
      json.writeStartArray();
      for (double value : row) {
        if (Double.isNaN(value)) {
          json.writeNull();
        } else {
          json.writeNumber(value);
        }
      }
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private static void tokens(List<Token> tokens, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("tokens");
    for (Token token : tokens) {
      json.writeStartObject();
      json.writeStringField("token", token.piece());
      json.writeStringField("role", token.role().option());
      json.writeNumberField("segment", token.segment());
      json.writeNumberField("word", token.word());
      json.writeNumberField("start", token.start());
      json.writeNumberField("end", token.end());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void shares(String name, Shares shares, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeFieldName("tokens");
    json.writeArray(shares.tokens(), 0, shares.tokens().length);
    json.writeNumberField("biases", shares.biases());
    json.writeEndObject();
  }
}
