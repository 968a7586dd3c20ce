package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parity certificate. */
class CertifyCommandTest {
  private static final Path FIXTURES = Checkout.models();

  @TempDir Path folder;

  private Path copy(String fixture, List<String> files) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(fixture));
    for (String file : files) {
      Files.copy(FIXTURES.resolve(fixture).resolve(file), copy.resolve(file));
    }
    return copy;
  }

  @Test
  void aModelWithItsReferenceIsCertifiedAtEveryPoint() throws Exception {
    Path certificate = folder.resolve("certificate.json");
    Shell shell =
        Shell.succeed(
            "certify",
            "-model",
            FIXTURES.resolve("bert-cross").toString(),
            "-output",
            certificate.toString());
    assertTrue(shell.out().endsWith("CERTIFIED\n"), shell.out());
    JsonNode json = new ObjectMapper().readTree(certificate.toFile());
    assertTrue(json.get("certified").asBoolean());
    Set<String> points =
        StreamSupport.stream(json.get("points").spliterator(), false)
            .map(point -> point.get("point").asText())
            .collect(Collectors.toSet());
    assertTrue(
        points.containsAll(
            List.of(
                "embed.hook_embed",
                "blocks.1.attn.hook_pattern",
                "blocks.1.attn.hook_z",
                "blocks.0.hook_mlp_out",
                "pooler.hook_pooler_out",
                "hook_logits",
                "output")),
        points.toString());
    assertEquals(json.get("texts").asInt(), json.get("sameTokenIds").asInt());
    for (JsonNode point : json.get("points")) {
      assertTrue(point.get("worst").asDouble() <= point.get("bound").asDouble(), point.toString());
      assertTrue(point.get("numbers").asLong() > 0, point.toString());
    }
  }

  @Test
  void theLastFieldIsTheHashOfTheRest() throws Exception {
    Path certificate = folder.resolve("certificate.json");
    Shell.succeed(
        "certify",
        "-model",
        FIXTURES.resolve("bert-bi").toString(),
        "-output",
        certificate.toString());
    String text = Files.readString(certificate);
    int last = text.lastIndexOf(",\n  \"sha256\"");
    String rest = text.substring(0, last) + "\n}";
    String stored = new ObjectMapper().readTree(text).get("sha256").asText();
    assertEquals(stored, sha256(rest));
  }

  private static String sha256(String text) throws NoSuchAlgorithmException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }

  @Test
  void anotherActivationFunctionIsNotCertified() throws IOException {
    Path model =
        copy(
            "bert-cross",
            List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"));
    Path config = model.resolve("config.json");
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(config.toFile());
    mapper.writeValue(config.toFile(), json.put("hidden_act", "gelu_new"));
    Path certificate = folder.resolve("certificate.json");
    Shell shell =
        Shell.run(
            "certify",
            "-model",
            model.toString(),
            "-reference",
            FIXTURES.resolve("bert-cross").toString(),
            "-output",
            certificate.toString());
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    assertTrue(shell.err().contains("is not certified: beyond the bound at"), shell.err());
    JsonNode written = mapper.readTree(certificate.toFile());
    assertFalse(written.get("certified").asBoolean());
    for (JsonNode point : written.get("points")) {
      if (point.get("point").asText().equals("blocks.0.mlp.hook_pre")) {
        assertTrue(point.get("holds").asBoolean(), "before the activation function all is well");
      }
      if (point.get("point").asText().equals("blocks.0.hook_mlp_out")) {
        assertFalse(point.get("holds").asBoolean(), "after it nothing is");
      }
    }
  }

  @Test
  void textsThatBecomeOtherTokensAreNotCertified() throws IOException {
    Path reference = copy("bert-cross", List.of("reference.json", "reference.safetensors"));
    Path texts = reference.resolve("reference.json");
    Files.writeString(texts, Files.readString(texts).replaceFirst("the", "a the"));
    Shell shell =
        Shell.run(
            "certify",
            "-model",
            FIXTURES.resolve("bert-cross").toString(),
            "-reference",
            reference.toString(),
            "-output",
            folder.resolve("certificate.json").toString());
    assertEquals(ExitCode.FAILED, shell.code(), shell.err());
    assertTrue(
        shell.err().contains("texts have token ids that differ from the reference"), shell.err());
  }

  @Test
  void whatIsMissingIsSaid() {
    String model = FIXTURES.resolve("bert-cross-onnx").toString();
    Shell none = Shell.run("certify", "-model", model, "-reference", folder.toString());
    assertEquals(ExitCode.INPUT, none.code(), none.err());
    assertTrue(none.err().contains("no reference.safetensors; docs/certify.md"), none.err());
    Shell python = Shell.run("certify", "-model", "minilm", "-python", "no-such-python");
    assertEquals(ExitCode.FAILED, python.code(), python.err());
    assertTrue(python.err().contains("no-such-python cannot be run"), python.err());
  }

  @Test
  void aPythonThatIsNamedComesBeforeTheFoldersOwnReference() {
    String model = FIXTURES.resolve("bert-cross").toString();
    Shell named = Shell.run("certify", "-model", model, "-python", "no-such-python");
    assertEquals(ExitCode.FAILED, named.code(), named.err());
    assertTrue(named.err().contains("no-such-python cannot be run"), named.err());
    Shell both = Shell.run("certify", "-model", model, "-python", "python3", "-reference", model);
    assertEquals(ExitCode.USAGE, both.code(), both.err());
  }

  @Test
  void aReferenceOfScoresAloneCertifiesNothing() throws IOException {
    Path reference = Files.createDirectories(folder.resolve("scores"));
    String header = "{\"score\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    ByteBuffer file = ByteBuffer.allocate(8 + header.length() + 4).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8)).putFloat(1);
    Files.write(reference.resolve("reference.safetensors"), file.array());
    Shell shell =
        Shell.run(
            "certify",
            "-model",
            FIXTURES.resolve("bert-cross").toString(),
            "-reference",
            reference.toString());
    assertEquals(ExitCode.INPUT, shell.code(), shell.err());
    assertTrue(shell.err().contains("reference.safetensors: no tensor input_ids"), shell.err());
  }
}
