package io.lucerna.instrumentation.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.config.ModelConfig;
import io.lucerna.instrumentation.nn.Rotary;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rotary frequencies against those that transformers 5.18 computes, for heads of width 16. */
class RotaryScalingTest {
  private static final ModelConfig CONFIG =
      new ModelConfig("LlamaForCausalLM", 1, 2, 2, 16, 32, 32, 10, 512, 0, 0);

  private static Rotary read(String json) throws JsonProcessingException {
    Settings settings = new Settings(Path.of("config.json"), new ObjectMapper().readTree(json));
    return RotaryScaling.rotary(settings, CONFIG);
  }

  /** In the form of transformers 5, and in that of transformers 4. */
  private static void check(String scaling, double theta, double factor, float... frequencies)
      throws JsonProcessingException {
    String type = scaling.replaceFirst("(\\w+)(.*)", "\"rope_type\": \"$1\"$2");
    String old = scaling.replaceFirst("(\\w+)(.*)", "\"type\": \"$1\"$2");
    String[] forms = {
      "{\"rope_parameters\": {" + type + ", \"rope_theta\": " + theta + "}}",
      "{\"rope_theta\": " + theta + ", \"rope_scaling\": {" + type + "}}",
      "{\"rope_theta\": " + theta + ", \"rope_scaling\": {" + old + "}}",
    };
    for (String form : forms) {
      Rotary rotary = read(form);
      assertArrayEquals(frequencies, rotary.frequencies(), form);
      assertEquals(factor, rotary.factor(), 1e-15, form);
    }
  }

  @Test
  void withoutScaling() throws JsonProcessingException {
    float[] frequencies = Rotary.of(10000, 16).frequencies();
    assertEquals(1, frequencies[0]);
    for (int i = 0; i < frequencies.length; i++) {
      assertEquals(Math.pow(10000, -i / 8.0), frequencies[i], 1e-7);
    }
    check("default", 10000, 1, frequencies);
    assertArrayEquals(frequencies, read("{}").frequencies());
    assertArrayEquals(frequencies, read("{\"rope_scaling\": null}").frequencies());
  }

  @Test
  void linear() throws JsonProcessingException {
    check(
        "linear, \"factor\": 4.0",
        10000,
        1,
        0.25f,
        0.07905694097280502f,
        0.02500000037252903f,
        0.007905694656074047f,
        0.0024999999441206455f,
        0.0007905694656074047f,
        0.0002500000118743628f,
        7.905694656074047e-05f);
  }

  @Test
  void llama3() throws JsonProcessingException {
    check(
        "llama3, \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
            + " \"original_max_position_embeddings\": 128",
        500,
        1,
        1.0f,
        0.4598632752895355f,
        0.2114742398262024f,
        0.039985716342926025f,
        0.005590170156210661f,
        0.0025707141030579805f,
        0.0011821769876405597f,
        0.0005436398205347359f);
  }

  @Test
  void yarn() throws JsonProcessingException {
    check(
        "yarn, \"factor\": 4.0, \"original_max_position_embeddings\": 128",
        10000,
        1.138629436111989,
        1.0f,
        0.23717081546783447f,
        0.04999999701976776f,
        0.007905694656074047f,
        0.0024999999441206455f,
        0.0007905694656074047f,
        0.0002500000118743628f,
        7.905694656074047e-05f);
  }

  @Test
  void yarnWithoutWholePairs() throws JsonProcessingException {
    check(
        "yarn, \"factor\": 4.0, \"original_max_position_embeddings\": 128, \"beta_fast\": 16.0,"
            + " \"beta_slow\": 2.0, \"attention_factor\": 1.5, \"truncate\": false",
        10000,
        1.5,
        1.0f,
        0.212468683719635f,
        0.025664398446679115f,
        0.007905694656074047f,
        0.0024999999441206455f,
        0.0007905694656074047f,
        0.0002500000118743628f,
        7.905694656074047e-05f);
  }

  @Test
  void yarnWithTwoScales() throws JsonProcessingException {
    check(
        "yarn, \"factor\": 2.0, \"original_max_position_embeddings\": 256, \"mscale\": 1.0,"
            + " \"mscale_all_dim\": 0.5",
        10000,
        1.0334964601813261,
        1.0f,
        0.2766992747783661f,
        0.07500000298023224f,
        0.019764237105846405f,
        0.004999999888241291f,
        0.0015811389312148094f,
        0.0005000000237487257f,
        0.00015811389312148094f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"rope_scaling": {"type": "dynamic", "factor": 2.0}} | rope_type dynamic is not supported; supported: default, linear, llama3, yarn. It depends on the longest text of a batch, so a score would too
          {"rope_parameters": {"rope_type": "longrope"}} | rope_type longrope is not supported; supported: default, linear, llama3, yarn. It depends on the longest text of a batch, so a score would too
          {"rope_scaling": {"type": "mrope"}} | rope_type mrope is not supported; supported: default, linear, llama3, yarn
          {"rope_scaling": {"type": "linear"}} | factor of rotary positions must be a number above 0, got nothing
          {"rope_scaling": {"type": "linear", "factor": -2}} | factor of rotary positions must be a number above 0, got -2
          {"rope_scaling": {"type": "llama3", "factor": 2, "low_freq_factor": 4, "high_freq_factor": 4}} | high_freq_factor must be above low_freq_factor, got 4.0 and 4.0
          {"partial_rotary_factor": 0.5} | partial_rotary_factor must be 1: heads turn as a whole
          {"rope_parameters": {"partial_rotary_factor": 0.5}} | partial_rotary_factor must be 1: heads turn as a whole
          {"rope_parameters": {"full_attention": {"rope_type": "default"}}} | rope_parameters differ between kinds of layers, which this family does not have
          """)
  void refusals(String json, String expected) {
    CheckpointException thrown = assertThrows(CheckpointException.class, () -> read(json));
    assertEquals("config.json: " + expected, thrown.getMessage());
  }
}
