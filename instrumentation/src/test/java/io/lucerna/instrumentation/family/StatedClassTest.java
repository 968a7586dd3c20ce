package io.lucerna.instrumentation.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder's other files say of the class that config.json names. */
class StatedClassTest {
  @TempDir Path folder;

  private String used(String named) throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"architectures\": [\"" + named + "\"]}");
    return Architecture.read(folder).name();
  }

  @Test
  void withoutOtherFilesItIsWhatConfigSays() throws IOException {
    assertEquals("BertModel", used("BertModel"));
    assertEquals("BertForMaskedLM", used("BertForMaskedLM"));
  }

  @Test
  void whatSentenceTransformersPoolsIsTheBareModel() throws IOException {
    Files.createDirectories(folder.resolve("1_Pooling"));
    Files.writeString(folder.resolve("1_Pooling/config.json"), "{}");
    assertEquals("MPNetModel", used("MPNetForMaskedLM"));
    assertEquals("XLMRobertaModel", used("XLMRobertaForMaskedLM"));
    assertEquals("BertModel", used("BertForPreTraining"));
    assertEquals("BertModel", used("BertModel"));
    assertEquals("BertForSequenceClassification", used("BertForSequenceClassification"));
  }

  @Test
  void aBareBertWithColbertsSettingsIsAColbert() throws IOException {
    Files.writeString(folder.resolve("artifact.metadata"), "{}");
    assertEquals("HF_ColBERT", used("BertModel"));
    assertEquals("HF_ColBERT", used("HF_ColBERT"));
    assertEquals("BertForMaskedLM", used("BertForMaskedLM"));
  }
}
