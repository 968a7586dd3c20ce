package io.lucerna.plugin.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates against what a program in Python's place says and computes. */
class PythonReferenceTest {
  private static final Path OWN = Checkout.models();
  private static final Path MODEL = OWN.resolve("bert-cross");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;
  private final ObjectNode facts = JSON.createObjectNode();

  @BeforeEach
  void sameTokens() throws IOException {
    ArrayNode ids = facts.putObject("tokens").putArray("ids");
    ArrayNode types = ((ObjectNode) facts.get("tokens")).putArray("types");
    try (Ranker ranker = ranker(MODEL, Precision.FP32)) {
      for (ReferenceFolder.Pair pair : PythonReference.whole(ranker)) {
        TokenSequence text =
            ranker
                .reading()
                .input(ranker.reading().sides().getLast(), pair.query(), pair.passage());
        ids.add(JSON.valueToTree(text.ids()));
        types.add(JSON.valueToTree(text.types()));
      }
    }
    assertTrue(ids.size() > 1, "some texts are short enough");
    facts.putArray("raised").add("TinyNorm");
    Files.copy(MODEL.resolve("reference.safetensors"), temp.resolve("single"));
    Files.copy(MODEL.resolve("reference.safetensors"), temp.resolve("double"));
  }

  private static Ranker ranker(Path model, Precision precision) {
    return Rankers.open(model, "test", ScorerOptions.defaults().withPrecision(precision));
  }

  private static Certificate certify(Path model, String python)
      throws IOException, InterruptedException {
    try (Ranker ranker = ranker(model, Precision.FP32)) {
      return PythonReference.certify(
          ranker, () -> ranker(model, Precision.FP64), ModelFolder.of(model), python);
    }
  }

  /** A program that gives the files made here instead of computing. */
  private Certificate certify() throws IOException, InterruptedException {
    return certify(MODEL);
  }

  private Certificate certify(Path model) throws IOException, InterruptedException {
    Path program = temp.resolve("python");
    Files.writeString(temp.resolve("facts"), JSON.writeValueAsString(facts));
    Files.writeString(
        program,
        "#!/bin/sh\n"
            + "if [ \"$5\" = float64 ]; then n=double; else n=single; fi\n"
            + ("ls \"$2\" >'" + temp + "'/given\n")
            + ("cp '" + temp + "'/$n \"$4\" && cp '" + temp + "'/facts \"$4.json\"\n"));
    assertTrue(program.toFile().setExecutable(true));
    return certify(model, program.toString());
  }

  private static String last(Certificate certificate) {
    return certificate.summary().getLast();
  }

  @Test
  void sameNumbersAndSameTokensAreCertified() throws Exception {
    Certificate certificate = certify();
    assertTrue(certificate.holds(), certificate::why);
    assertEquals("CERTIFIED", last(certificate));
    assertEquals(facts.path("tokens").path("ids").size(), certificate.comparedIds());
    assertTrue(certificate.raised().isEmpty(), "nothing was computed in fp64");
  }

  /** A tokenizer that differs is no certificate, however well the same ids agree. */
  @ParameterizedTest
  @ValueSource(strings = {"ids", "types"})
  void otherTokensOrTypesAreNotCertified(String what) throws Exception {
    ArrayNode first = (ArrayNode) facts.path("tokens").path(what).path(0);
    first.set(
        first.size() - 1,
        JSON.getNodeFactory().numberNode(1 - first.get(first.size() - 1).asInt()));
    Certificate certificate = certify();
    assertFalse(certificate.holds());
    assertTrue(last(certificate).startsWith("NOT CERTIFIED: 1 of"), () -> last(certificate));
    assertTrue(
        last(certificate).contains("texts have token ids that differ"), () -> last(certificate));
  }

  /** What training leaves behind ends as weights do. */
  @Test
  void onnxIsGivenToTransformersAsSafetensors() throws Exception {
    Path model = Files.createDirectory(temp.resolve("onnx"));
    for (String file :
        List.of("config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(OWN.resolve("bert-cross-onnx").resolve(file), model.resolve(file));
    }
    Files.writeString(model.resolve("training_args.bin"), "");
    Files.writeString(model.resolve("optimizer.safetensors"), "");
    Certificate certificate = certify(model);
    assertTrue(certificate.holds(), certificate::why);
    assertEquals(
        List.of("config.json", "model.safetensors"), Files.readAllLines(temp.resolve("given")));
    certify();
    assertTrue(Files.readAllLines(temp.resolve("given")).contains("reference.json"));
  }

  @Test
  void whyTokensAreNotComparedIsSaid() throws Exception {
    facts.remove("tokens");
    facts.put("why", "ImportError: no sentencepiece");
    Certificate certificate = certify();
    assertTrue(certificate.holds(), certificate::why);
    assertTrue(
        certificate.summary().stream()
            .anyMatch(
                line -> line.endsWith("token ids not compared: ImportError: no sentencepiece")),
        () -> certificate.summary().toString());
  }

  /** Adds to the first number of a tensor. */
  private static void change(Path file, String tensor, float by) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(0);
    String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
    JsonNode entry = JSON.readTree(header).path(tensor);
    int at = 8 + length + entry.path("data_offsets").path(0).asInt();
    bytes.putFloat(at, bytes.getFloat(at) + by);
    Files.write(file, bytes.array());
  }

  @Test
  void whatIsGoneInDoublePrecisionIsRounding() throws Exception {
    change(temp.resolve("single"), "hidden_states.1", 1e-3f);
    Certificate certificate = certify();
    assertTrue(certificate.holds(), certificate::why);
    assertTrue(certificate.rounding());
    List<String> lines = certificate.summary();
    assertEquals("CERTIFIED in fp64; in fp32 it differs by rounding", lines.getLast());
    assertTrue(lines.stream().anyMatch(l -> l.matches("in fp32 .*, which is rounding:")));
    assertTrue(lines.stream().anyMatch(l -> l.startsWith("in fp64 ")), lines.toString());
    assertTrue(lines.stream().anyMatch(l -> l.startsWith("raised ") && l.endsWith("TinyNorm")));
    Certificate strict = certificate.withStrict(true);
    assertFalse(strict.holds());
    assertTrue(last(strict).startsWith("NOT CERTIFIED: beyond the bound at"), () -> last(strict));
  }

  @Test
  void whatStaysInDoublePrecisionIsABug() throws Exception {
    change(temp.resolve("single"), "hidden_states.1", 1e-3f);
    change(temp.resolve("double"), "hidden_states.1", 1e-3f);
    Certificate certificate = certify();
    assertFalse(certificate.holds());
    assertTrue(last(certificate).contains("in fp64 beyond the bound at"), () -> last(certificate));
  }

  /** A Python that has torch, transformers and peft; without one, the test is skipped. */
  private static String realPython() {
    String python = System.getProperty("lucerna.python", "");
    if (python.isEmpty()) {
      System.out.println("skipped: no Python is named with -Dlucerna.python");
    }
    Assumptions.assumeFalse(python.isEmpty());
    return python;
  }

  /** transformers refuses to run it on more than one text. */
  @Test
  void transformersAgreesWithADecodersClassifierThatHasNoPadding() throws Exception {
    String python = realPython();
    Path from = OWN.resolve("families/llama-rank");
    Path model = Files.createDirectory(temp.resolve("unpadded"));
    for (String file : List.of("model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(from.resolve(file), model.resolve(file));
    }
    ObjectNode config = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
    config.putNull("pad_token_id");
    JSON.writeValue(model.resolve("config.json").toFile(), config);
    Certificate certificate = certify(model, python);
    assertTrue(certificate.holds(), certificate::why);
  }

  /** With a real Python: -Dlucerna.python=PROGRAM. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-cross",
        "bert-bi",
        "adapters/bert-heads",
        "adapters/llama-rank",
        "families/bert-colbert",
        "families/gemma2-causal",
        "families/modernbert-cross",
        "families/qwen3-causal",
        "families/t5-monot5"
      })
  void transformersItselfAgrees(String model) throws Exception {
    Certificate certificate = certify(OWN.resolve(model), realPython());
    System.out.println(model + "\n  " + String.join("\n  ", certificate.summary()));
    assertTrue(certificate.holds(), certificate::why);
  }
}
