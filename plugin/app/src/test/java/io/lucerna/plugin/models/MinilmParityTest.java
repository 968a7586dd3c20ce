package io.lucerna.plugin.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.minilm.Minilm;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.topics.BundledCollection;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded ranker against ONNX Runtime on the same file: last hidden states and scores. */
class MinilmParityTest {
  @TempDir static Path cache;

  /** What ONNX Runtime makes of a text: its last hidden states, pooled. */
  private static float[] pooled(
      OrtEnvironment environment, OrtSession session, TokenSequence text, float[] hidden)
      throws OrtException {
    long[] shape = {1, text.length()};
    long[] mask = new long[text.length()];
    Arrays.fill(mask, 1);
    float[] mean = new float[384];
    try (OnnxTensor ids = OnnxTensor.createTensor(environment, LongBuffer.wrap(text.ids()), shape);
        OnnxTensor masks = OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), shape);
        OnnxTensor types =
            OnnxTensor.createTensor(environment, LongBuffer.wrap(text.types()), shape);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", ids, "attention_mask", masks, "token_type_ids", types))) {
      FloatBuffer states = ((OnnxTensor) result.get(0)).getFloatBuffer();
      assertEquals(hidden.length, states.remaining());
      for (int i = 0; i < hidden.length; i++) {
        float state = states.get(i);
        assertEquals(state, hidden[i], 1e-5 * Math.max(1, Math.abs(state)), "state " + i);
        mean[i % 384] += state / text.length();
      }
    }
    return mean;
  }

  @Test
  void hiddenStatesAndScoresEqualOnnxRuntimes() throws IOException, OrtException {
    Path folder = new Minilm().folder(cache);
    List<String> passages = bundledPassages(24);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (Ranker scorer = Rankers.open(folder, "minilm", ScorerOptions.defaults());
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session =
            environment.createSession(folder.resolve("model.onnx").toString(), options)) {
      List<float[]> queryStates = new ArrayList<>();
      List<float[]> states = new ArrayList<>(Arrays.asList(new float[passages.size()][]));
      List<TokenSequence> texts = new ArrayList<>(Arrays.asList(new TokenSequence[24]));
      List<TokenSequence> queries = new ArrayList<>();
      Hook.Observer keep =
          (context, x) -> {
            float[] all = x.toFloatArray();
            TokenBatch batch = context.batch();
            int row = all.length / batch.size();
            for (int i = 0; i < batch.size(); i++) {
              TokenSequence text = batch.sequences().get(i);
              float[] own = Arrays.copyOfRange(all, i * row, i * row + 384 * text.length());
              if (batch.side() == TokenBatch.Side.QUERY) {
                queryStates.add(own);
                queries.add(text);
              } else {
                states.set(batch.rows()[i], own);
                texts.set(batch.rows()[i], text);
              }
            }
          };
      Hooks hooks = Hooks.none().with("blocks.5.hook_normalized_resid_post", keep);
      float[] scores = scorer.score("why do lamps need oil", passages, hooks).scores();
      float[] query = pooled(environment, session, queries.get(0), queryStates.get(0));
      for (int i = 0; i < passages.size(); i++) {
        float[] passage = pooled(environment, session, texts.get(i), states.get(i));
        assertEquals(cosine(query, passage), scores[i], 1e-5, "score of passage " + i);
      }
    }
  }

  private static List<String> bundledPassages(int count) throws IOException {
    List<String> passages = new ArrayList<>();
    for (String line : Files.readAllLines(BundledCollection.writeCorpus(cache)).subList(0, count)) {
      passages.add(new ObjectMapper().readTree(line).get("contents").asText());
    }
    return passages;
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  @Test
  void theCardSaysWhatItIs() throws IOException {
    Path folder = new Minilm().folder(cache);
    assertEquals(folder, new Minilm().folder(cache), "made once");
    try (Ranker scorer = Rankers.open(folder, "minilm", ScorerOptions.defaults())) {
      ModelCard card = scorer.card();
      assertEquals("bi-encoder, mean pooling, cosine", card.scorer());
      assertEquals(256, card.maxTokens());
      assertEquals(List.of(6, 12, 384), List.of(card.layers(), card.heads(), card.width()));
      assertEquals(22_565_376, card.parameters());
      assertTrue(card.sha256().matches("[0-9a-f]{64}"), card.sha256());
    }
  }
}
