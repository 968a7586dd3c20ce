package io.lucerna.reranker.input;

import static java.util.Objects.requireNonNull;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.family.Prompt;
import io.lucerna.instrumentation.text.TermForm;
import io.lucerna.testkit.Checkout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Tokenizers of every kind at hand, forms and random texts. */
final class TokenizerSamples {
  static final List<String> PROMPTS =
      List.of(
          Prompt.MONO_T5,
          Prompt.RANK.text(),
          Prompt.BGE.text(),
          Prompt.QWEN3.text(),
          "{passage}? {query}",
          "the{query}{passage}of");
  static final String[] WORDS =
      ("the lamp oil Light of a glass ship's caf\u00e9 cafe\u0301 Z\u00fcrich \u706f\u53f0 \u4e2d\u6587 \u65e5\u672c\u8a9e"
              + " \ud83d\udca1 \ud83d\udea2s \ud835\udcb3y na\u00efve 12.5 (mm) -- ?! \u2013 e-mail, \u00bd \u03c6\u03ac\u03c1\u03bf\u03c2")
          .split(" ");
  static final String[] PLAIN =
      "the lamp oil Light of a glass ship sea lights Lamp water".split(" ");
  static final int ROUNDS = 40;

  private TokenizerSamples() {}

  /** Writes the folders of vocabularies.json. */
  static void writeVocabularies(Path temp) throws IOException {
    try (InputStream in = TokenizerSamples.class.getResourceAsStream("vocabularies.json")) {
      for (var kind : new ObjectMapper().readTree(requireNonNull(in)).properties()) {
        Path folder = Files.createDirectories(temp.resolve(kind.getKey()));
        for (var file : kind.getValue().get("files").properties()) {
          Files.writeString(folder.resolve(file.getKey()), file.getValue().asText());
        }
      }
    }
  }

  /** The goldens at hand. */
  static Stream<Path> goldens() throws IOException {
    return Checkout.goldens(".*").filter(folder -> Files.exists(folder.resolve("tokenizer.json")));
  }

  /** A folder of every tokenizer at hand: the vocabulary files', and the goldens'. */
  static Stream<Path> tokenizers(Path temp) throws IOException {
    Set<String> seen = new TreeSet<>();
    List<Path> folders = new ArrayList<>();
    for (Path golden : goldens().toList()) {
      if (seen.add(Files.readString(golden.resolve("tokenizer.json")))) {
        folders.add(golden);
      }
    }
    return Stream.concat(
        Stream.of("bert", "mpnet", "roberta").map(temp::resolve), folders.stream());
  }

  static PairTokenizer open(Path folder, InputForm form, int limit) {
    return PairTokenizer.open(folder, form, limit, TermForm.LOWER_CASE)
        .limitedTo(limit, Truncation.STRICT);
  }

  static String text(Random random, String[] words, int most) {
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(most); left > 0; left--) {
      text.append(words[random.nextInt(words.length)]);
      text.append(random.nextInt(6) == 0 ? "\n\n" : random.nextInt(6) == 0 ? "  " : " ");
    }
    return random.nextBoolean() ? text.toString() : text.toString().strip();
  }

  static String plain(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(most); left > 0; left--) {
      text.append(PLAIN[random.nextInt(PLAIN.length)]).append(left % 3 == 0 ? ". " : " ");
    }
    return text.toString().strip();
  }

  /** The tokenizer as the library has it. */
  static HuggingFaceTokenizer bare(Path folder) throws IOException {
    return HuggingFaceTokenizer.newInstance(
        new ByteArrayInputStream(TokenizerFiles.read(folder)),
        Map.of("truncation", "false", "padding", "false"));
  }

  static List<InputForm> forms() {
    List<InputForm> forms = new ArrayList<>(List.of(new InputForm.Pair("", "")));
    PROMPTS.forEach(prompt -> forms.add(new InputForm.Prompt(prompt)));
    forms.add(new InputForm.Apart("query: ", "passage: "));
    return forms;
  }
}
