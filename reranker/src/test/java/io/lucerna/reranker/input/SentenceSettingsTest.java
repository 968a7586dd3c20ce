package io.lucerna.reranker.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.config.Task;
import io.lucerna.instrumentation.family.Architecture;
import io.lucerna.instrumentation.hub.HubFiles;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.reranker.Refusals;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceSettingsTest {
  private static final InputForm PLAIN = new InputForm.Apart("", "");

  @TempDir Path folder;

  private void sentence(String json) throws IOException {
    Files.writeString(folder.resolve("sentence_bert_config.json"), json);
  }

  @Test
  void lowercasesBeforeACasedTokenizer() throws IOException {
    Files.write(
        folder.resolve("vocab.txt"),
        List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "lamp"));
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bert\"}");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
    assertArrayEquals(new long[] {2, 1, 1, 3}, ids("A Lamp"));
    sentence("{\"max_seq_length\": 64, \"do_lower_case\": true}");
    assertArrayEquals(new long[] {2, 5, 6, 3}, ids("A Lamp"));
  }

  private long[] ids(String text) {
    try (PairTokenizer tokenizer = PairTokenizer.open(folder, PLAIN, 512, TermForm.LOWER_CASE)) {
      return tokenizer.passage(text).ids();
    }
  }

  @Test
  void itsLimitIsReadAndWhatChangesNothingIsNot() throws IOException {
    sentence(
        "{\"max_seq_length\": 64, \"transformer_task\": \"feature-extraction\", \"unpad_inputs\": true,"
            + " \"query_length\": null, \"processing_kwargs\": {}, \"tokenizer_args\": {\"use_fast\":"
            + " true, \"truncation_side\": \"left\"}}");
    SentenceSettings settings = SentenceSettings.read(folder);
    assertEquals(OptionalInt.of(64), settings.maxTokens());
    assertTrue(TokenizerSettings.read(folder).cutsBeginning());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"query_length\": 32",
        "\"query_expansion\": {\"strategy\": \"fixed\"}",
        "\"processing_kwargs\": {\"text\": {\"padding\": \"max_length\"}}",
        "\"some_key\": 0"
      })
  void whatWouldChangeScoresIsRefusedByName(String setting) throws IOException {
    sentence("{" + setting + "}");
    String message =
        Refusals.message(CheckpointException.class, () -> SentenceSettings.read(folder));
    String key = setting.substring(1, setting.indexOf('"', 1));
    assertTrue(
        message.startsWith(folder.resolve("sentence_bert_config.json") + ": " + key), message);
  }

  private InputForm form(Architecture architecture, ScorerOptions options) {
    SentenceConfig sentence = SentenceConfig.read(ModelFolder.of(folder));
    return InputForms.of(folder, architecture, sentence, options.texts(), options.maxTokens());
  }

  @Test
  void aCrossEncodersDefaultPromptStandsBeforeTheQuery() throws IOException {
    Files.writeString(
        folder.resolve("config_sentence_transformers.json"),
        "{\"prompts\": {\"q\": \"find: \", \"query\": \"other\"}, \"default_prompt_name\": \"q\"}");
    ScorerOptions options = ScorerOptions.defaults();
    Architecture labels = Architectures.named(folder, "BertForSequenceClassification");
    assertEquals(new InputForm.Pair("find: ", ""), form(labels, options));
    assertEquals(
        new InputForm.Pair("find: ", "d: "), form(labels, options.withPassagePrefix("d: ")));
    assertEquals(new InputForm.Pair("", ""), form(labels, options.withQueryPrefix("")));
    Files.writeString(
        folder.resolve("config_sentence_transformers.json"), "{\"truncate_dim\": 64}");
    String message =
        Refusals.message(
            CheckpointException.class, () -> SentenceConfig.read(ModelFolder.of(folder)));
    assertTrue(message.contains(": truncate_dim is 64"), message);
  }

  /** A file that the hub's client leaves out would count in a whole folder only. */
  @ParameterizedTest
  @ValueSource(
      strings = {"ArtifactMetadata", "SentenceConfig", "TokenizerFiles", "TokenizerSettings"})
  void whatIsReadOfAFolderIsFetchedFromTheHub(String reader) throws IOException {
    Path sources = Checkout.root().resolve("reranker/src/main/java/io/lucerna/reranker/input");
    String source = Files.readString(sources.resolve(reader + ".java"));
    List<String> read =
        Pattern.compile("\"([\\w/.-]+\\.(json|txt|model|metadata))\"")
            .matcher(source)
            .results()
            .map(name -> name.group(1))
            .toList();
    assertFalse(read.isEmpty());
    for (String name : read) {
      assertTrue(HubFiles.names().contains(name), name);
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "intfloat/e5-base-v2,query: ,passage: ",
        "multilingual-E5-small,query: ,passage: ",
        "nomic-ai/nomic-embed-text-v1.5,search_query: ,search_document: ",
        "e5-mistral-7b-instruct,Instruct: ,",
        "bge-base-en,,",
        "some-model-se5n,,"
      })
  void modelsThatWantPrefixesAreNamed(String name, String query, String passage) {
    ScorerOptions options = ScorerOptions.defaults();
    var warning = Prefixes.warning(folder, name, Task.VECTOR, PLAIN, options.texts());
    assertEquals(query != null, warning.isPresent());
    if (query != null) {
      assertTrue(warning.get().contains("'" + query.strip()), warning.get());
      assertEquals(passage != null, warning.get().contains("-passage.prefix"), warning.get());
      assertTrue(
          Prefixes.warning(folder, name, Task.VECTOR, PLAIN, options.withQueryPrefix("").texts())
              .isEmpty());
      assertTrue(
          Prefixes.warning(
                  folder, name, Task.VECTOR, new InputForm.Apart("query: ", ""), options.texts())
              .isEmpty());
      assertTrue(Prefixes.warning(folder, name, Task.LABELS, PLAIN, options.texts()).isEmpty());
    }
  }

  /** In double quotes a shell would leave backslash and n as they are. */
  @Test
  void aLineFeedOfAPrefixIsAdvisedAsAShellReadsIt() {
    TextOptions texts = ScorerOptions.defaults().texts();
    String warning =
        Prefixes.warning(folder, "e5-mistral-7b-instruct", Task.VECTOR, PLAIN, texts).orElseThrow();
    assertEquals(1, warning.lines().count(), warning);
    Matcher argument = Pattern.compile("-query\\.prefix \\$'([^']*)'").matcher(warning);
    assertTrue(argument.find(), warning);
    assertEquals(
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\n"
            + "Query: ",
        argument.group(1).translateEscapes());
  }
}
