package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.family.OutputSettings;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose names are those of older programs, or of another class of the family. */
class OldNamesTest {
  @TempDir Path temp;

  private static float[][] outputs(Path folder) throws IOException {
    ModelFolder files = ModelFolder.of(folder);
    try (Checkpoint weights = files.open();
        HookedModel model =
            HookedModel.open(
                Architecture.read(files), weights, OutputSettings.defaults(), Precision.FP32);
        Checkpoint reference = Checkpoints.openFile(folder.resolve("reference.safetensors"))) {
      TokenBatch batch = TokenBatch.of(Parity.texts(reference), model.config().padId(), Side.PAIR);
      return model.forward(batch, Hooks.none());
    }
  }

  private static UnaryOperator<String> naming(String how) {
    return switch (how) {
      case "gamma and beta" ->
          name ->
              name.replace("LayerNorm.weight", "LayerNorm.gamma")
                  .replace("LayerNorm.bias", "LayerNorm.beta");
      case "beginning missing" -> name -> name.replaceFirst("^bert\\.", "");
      case "beginning added" -> name -> name.matches("(bert|linear)\\..*") ? name : "bert." + name;
      case "beginning missing of some" ->
          name -> name.contains("layer.1.") ? name.replaceFirst("^bert\\.", "") : name;
      default -> throw new IllegalArgumentException(how);
    };
  }

  /** transformers 5.18 loads each of these without a missing or an unexpected key. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gamma and beta",
        "beginning missing",
        "beginning added",
        "beginning missing of some"
      })
  void theModelIsTheSameToTheBit(String how) throws IOException {
    for (String fixture : List.of("bert-cross", "bert-bi", "families/bert-colbert")) {
      Path folder = Folders.copy(fixture, temp.resolve(fixture));
      float[][] expected = outputs(folder);
      Folders.rename(folder, naming(how));
      float[][] actual = outputs(folder);
      for (int i = 0; i < expected.length; i++) {
        assertArrayEquals(expected[i], actual[i], fixture);
      }
    }
  }

  private String refusal(Path folder) {
    return String.valueOf(
        assertThrows(CheckpointException.class, () -> outputs(folder)).getMessage());
  }

  @Test
  void aTensorUnderBothNamesIsRefused() throws IOException {
    Path folder = Folders.copy("bert-cross", temp.resolve("m"));
    Folders.rename(
        folder,
        name ->
            name.equals("bert.encoder.layer.0.output.LayerNorm.bias")
                ? "bert.encoder.layer.0.output.LayerNorm.gamma"
                : name);
    String message = refusal(folder);
    assertTrue(
        message.endsWith(
            "holds tensor bert.encoder.layer.0.output.LayerNorm.weight twice, once under its old"
                + " name"),
        message);
  }

  @ParameterizedTest
  @CsvSource({
    "module.,All names begin with module.",
    "model/,The names are TensorFlow's",
  })
  void namesThatTransformersDoesNotLoadEitherAreExplained(String beginning, String part)
      throws IOException {
    Path folder = Folders.copy("bert-cross", temp.resolve("m"));
    boolean tensorflow = beginning.endsWith("/");
    Folders.rename(
        folder,
        name ->
            beginning + (tensorflow ? name.replace('.', '/').replace("weight", "kernel") : name));
    String message = refusal(folder);
    assertTrue(message.contains("no tensor bert."), message);
    assertTrue(message.contains(part), message);
  }

  @Test
  void weightsOfAnotherProgramAreNamed() throws IOException {
    Path folder = Folders.copy("bert-cross", temp.resolve("m"));
    Files.move(folder.resolve("model.safetensors"), folder.resolve("tf_model.h5"));
    assertTrue(refusal(folder).endsWith("; tf_model.h5 is not PyTorch's: convert it first"));
  }

  @ParameterizedTest
  @CsvSource({
    "bert-cross,BertForSequenceClassification",
    "bert-bi,BertModel",
    "families/roberta-cross,RobertaForSequenceClassification",
    "families/distilbert-cross,DistilBertForSequenceClassification",
    "families/llama-rank,LlamaForSequenceClassification",
    "families/qwen3-causal,Qwen3ForCausalLM",
    "families/t5-monot5,T5ForConditionalGeneration",
    "families/mpnet-bi,MPNetModel",
  })
  void aClassThatConfigDoesNotNameIsTold(String fixture, String expected) throws IOException {
    Path folder = Folders.copy(fixture, temp.resolve("m"));
    Path config = folder.resolve("config.json");
    Folders.edit(config, json -> json.remove("architectures"));
    if (fixture.endsWith("roberta-cross")) { // in the form of files that have neither
      Folders.edit(config, json -> json.put("model_type", "roberta"));
    }
    assertEquals(expected, Architecture.read(folder).name());
  }

  @Test
  void modulesTellTheClassToo() throws IOException {
    Path folder = Folders.copy("families/bert-mlm-splade", temp.resolve("m"));
    Folders.edit(folder.resolve("config.json"), json -> json.remove("architectures"));
    Path modules = folder.resolve("modules.json");
    Files.writeString(
        modules,
        "[{\"type\": \"sentence_transformers.sparse_encoder.models.MLMTransformer\", \"path\": \"\"},"
            + " {\"type\": \"sentence_transformers.sparse_encoder.models.SpladePooling\","
            + " \"path\": \"1_SpladePooling\"}]");
    assertEquals("BertForMaskedLM", Architecture.read(folder).name());
    Files.writeString(modules, "[{\"type\": \"x.Pooling\", \"path\": \"1_Pooling\"}]");
    assertEquals("BertModel", Architecture.read(folder).name());
  }

  @Test
  void whatWasSeenIsSaidWhereNothingTellsTheFamily() throws IOException {
    Path folder = Folders.copy("bert-cross", temp.resolve("m"));
    Path config = folder.resolve("config.json");
    Files.writeString(config, "{\"hidden_size\": 32}");
    assertEquals(
        config
            + ": there is neither architectures nor model_type, so the model's family is "
            + "unknown; the keys are hidden_size; of 41 tensors the first are "
            + "bert.embeddings.LayerNorm.bias, bert.embeddings.LayerNorm.weight, "
            + "bert.embeddings.position_embeddings.weight",
        refusal(folder));
    Files.writeString(config, "{\"model_type\": \"llama\"}");
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(folder.resolve("1_Pooling/config.json"), "{}");
    assertEquals(
        config
            + ": architectures is missing; modules.json pools, but of model_type llama there are"
            + " only LlamaForCausalLM, LlamaForSequenceClassification",
        refusal(folder));
  }
}
