package io.lucerna.reranker;

import static io.lucerna.reranker.InterventionSetup.PASSAGES;
import static io.lucerna.reranker.InterventionSetup.QUERY;
import static io.lucerna.reranker.InterventionSetup.compile;
import static io.lucerna.reranker.InterventionSetup.open;
import static io.lucerna.reranker.InterventionSetup.recording;
import static io.lucerna.reranker.InterventionSetup.scores;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.intervene.SpecSyntaxException;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** monoT5 from text to score, and interventions at the points of its decoder. */
class MonoT5Test {
  private static final Pattern IDS = Pattern.compile("false=(\\d+), true=(\\d+)");

  @TempDir Path temp;

  static Stream<Path> models() throws IOException {
    return Checkout.goldens("t5-monot5.*");
  }

  private static List<Long> answers(Path folder) throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("reference.json").toFile());
    Matcher named = IDS.matcher(json.path("score").asText());
    return named.find()
        ? List.of(Long.valueOf(named.group(1)), Long.valueOf(named.group(2)))
        : List.of(json.path("false_id").asLong(), json.path("true_id").asLong());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void scoresAreTheReferencesFromTextOn(Path folder) throws IOException {
    Golden golden = Golden.read(folder);
    try (Ranker ranker = open(folder)) {
      for (int i = 0; i < golden.queries().size(); i++) {
        List<String> passages = List.of(golden.passages().get(i));
        float score = ranker.score(golden.queries().get(i), passages).scores()[0];
        float expected = golden.get("score").row(i)[0];
        assertEquals(expected, score, 1e-5 * Math.max(1, Math.abs(expected)), "pair " + i);
      }
    }
  }

  /** Where no reference names them, they are the words with sentencepiece's space before them. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void theAnswersAreFalseAndTrue(Path folder) throws IOException {
    for (String file :
        List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(folder.resolve(file), temp.resolve(file));
    }
    List<Long> expected = answers(folder);
    try (Ranker ranker = open(temp)) {
      assertEquals(expected, ranker.reading().model().answers());
    }
    if (folder.endsWith("goldens/t5-monot5")) {
      assertEquals(List.of(173L, 172L), expected);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void withoutAHeadOfTheCrossAttentionItsPartIsGone(Path folder) {
    try (Ranker ranker = open(folder)) {
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      int heads = ranker.reading().points().size("head").orElseThrow();
      for (int head = 0; head < heads; head++) {
        String at = "zero decoder.0.cross_attn.hook_";
        float[] atZ = scores(ranker, at + "z head=" + head);
        assertArrayEquals(atZ, scores(ranker, at + "result head=" + head), 5e-6f);
        assertArrayEquals(atZ, scores(ranker, at + "pattern head=" + head), 5e-6f);
        assertArrayEquals(atZ, scores(ranker, at + "v head=" + head), 5e-6f);
        assertFalse(Arrays.equals(plain, atZ), "head " + head);
      }
      assertArrayEquals(
          scores(ranker, "zero decoder.0.cross_attn.hook_z"),
          scores(ranker, "zero decoder.0.hook_cross_attn_out"),
          5e-6f);
    }
  }

  /** The tokens that a decoder's position attends to are those of the text that keys= names. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void attentionToSomeTokensIsThatOfTheirValues(Path folder) {
    try (Ranker ranker = open(folder)) {
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      for (String tokens : List.of("query", "passage", "2-4", "-1")) {
        String cross = "decoder.0.cross_attn.hook_";
        float[] unseen = scores(ranker, "zero " + cross + "pattern head=1 keys=" + tokens);
        float[] silent = scores(ranker, "zero " + cross + "v head=1 at=" + tokens);
        assertArrayEquals(silent, unseen, tokens);
        assertFalse(Arrays.equals(plain, unseen), tokens);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void loweredScoresTakeNoAttention(Path folder) {
    try (Ranker ranker = open(folder)) {
      String cross = "decoder.0.cross_attn.hook_";
      CompiledSpec spec = compile(ranker, "set " + cross + "attn_scores keys=query to=-1e4");
      Observed seen = Observed.after(ranker, QUERY, PASSAGES, spec.hooks(), cross + "pattern");
      spec.check();
      int heads = (int) seen.shape()[0];
      for (String text : seen.values().keySet()) {
        float[] pattern = seen.numbers(text);
        int width = pattern.length / heads;
        for (int head = 0; head < heads; head++) {
          double rest = 0;
          for (int key = 0; key < seen.text(text).length(); key++) {
            float probability = pattern[head * width + key];
            if (seen.text(text).tokens().get(key).role() == Role.QUERY) {
              assertEquals(0, probability, text + ", key " + key);
            }
            rest += probability;
          }
          assertEquals(1, rest, 1e-6, "the others share it");
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void aRecordingOfTheTextItselfChangesNoBitAtAnyPoint(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording recording = recording(ranker);
      List<String> passage = List.of(PASSAGES.get(1));
      float[] plain = ranker.score(QUERY, passage).scores();
      for (HookPoint point : ranker.reading().points().points()) {
        CompiledSpec own = compile(ranker, "patch " + point + " from=r", recording);
        Hooks hooks = own.hooks("q", List.of("p1"));
        assertArrayEquals(plain, ranker.score(QUERY, passage, hooks).scores(), point.toString());
        own.check();
      }
    }
  }

  /** What the decoder reads at the end decides the score: so its donor's score comes out. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void theDecodersLastStateIsTheDonors(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording recording = recording(ranker);
      float[] plain = ranker.score(QUERY, PASSAGES).scores();
      float donor = ranker.score(QUERY, PASSAGES.subList(2, 3)).scores()[0];
      String last = "patch decoder_final_ln.hook_normalized from=r donor=p2";
      float[] patched = scores(ranker, compile(ranker, last, recording).hooks());
      for (float score : patched) {
        assertEquals(donor, score, 5e-6);
      }
      String mean = "mean decoder.0.hook_cross_attn_out from=r";
      float[] averaged = scores(ranker, compile(ranker, mean, recording).hooks());
      assertFalse(Arrays.equals(plain, averaged));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void placesThatADecoderLacksAreRefused(Path folder) {
    try (Ranker ranker = open(folder)) {
      MemoryRecording recording = new MemoryRecording().with("d", ranker, QUERY, "time");
      String[][] cases = {
        {
          "zero decoder.0.attn.hook_z at=0",
          "at=",
          "decoder.0.attn.hook_z [batch, dec, head, d_head] has no positions of the text: this is"
              + " at the decoder's only one"
        },
        {
          "zero decoder.0.cross_attn.hook_q at=query",
          "at=",
          "decoder.0.cross_attn.hook_q [batch, dec, head, d_head] has no positions of the text"
        },
        {
          "zero decoder.0.cross_attn.hook_pattern at=query",
          "at=",
          "decoder.0.cross_attn.hook_pattern [batch, head, dec, kpos] has no positions that attend"
              + " but the decoder's only one: say keys= for the tokens that it attends to"
        },
        {
          "zero decoder.0.cross_attn.hook_v keys=query",
          "keys=",
          "decoder.0.cross_attn.hook_v [batch, pos, kv_head, d_head] has no key positions"
        },
        {
          "zero decoder.0.attn.hook_pattern keys=query",
          "keys=",
          "decoder.0.attn.hook_pattern [batch, head, dec, dec] has no key positions"
        },
        {
          "zero decoder.0.cross_attn.hook_pattern unit=0",
          "unit=",
          "decoder.0.cross_attn.hook_pattern [batch, head, dec, kpos] has positions as its last"
        },
        {
          "add decoder.0.cross_attn.hook_pattern vector=[1] dose=1",
          "vector=",
          "decoder.0.cross_attn.hook_pattern has positions as its last dimension"
        },
        {
          "mean decoder.0.cross_attn.hook_pattern from=r per=role",
          "per=",
          "decoder.0.cross_attn.hook_pattern has positions as its last dimension, which the role "
              + "of one position does not identify: say per=position"
        },
      };
      for (String[] c : cases) {
        String message =
            Refusals.message(SpecSyntaxException.class, () -> compile(ranker, c[0], recording));
        int column = c[0].indexOf(c[1]) + 1;
        assertTrue(message.startsWith("column " + column + ": " + c[2]), c[0] + " gave " + message);
      }
    }
  }
}
