package io.lucerna.reranker;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.model.Role;
import io.lucerna.instrumentation.model.TermForm;
import io.lucerna.instrumentation.model.Token;
import io.lucerna.instrumentation.model.TokenSequence;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every tokenizer and every form of input, on random texts. */
class InputLawsTest {
  private static final List<String> PROMPTS =
      List.of(
          InputForms.MONO_T5,
          InputForms.RANK,
          InputForms.BGE,
          InputForms.QWEN3,
          "{passage}? {query}",
          "the{query}{passage}of");
  private static final String[] WORDS =
      ("the lamp oil Light of a glass ship's caf\u00e9 cafe\u0301 Z\u00fcrich \u706f\u53f0 \u4e2d\u6587 \u65e5\u672c\u8a9e"
              + " \ud83d\udca1 \ud83d\udea2s \ud835\udcb3y na\u00efve 12.5 (mm) -- ?! \u2013 e-mail, \u00bd \u03c6\u03ac\u03c1\u03bf\u03c2")
          .split(" ");
  private static final String[] PLAIN =
      "the lamp oil Light of a glass ship sea lights Lamp water".split(" ");
  private static final int ROUNDS = 40;

  @TempDir static Path temp;

  @BeforeAll
  static void writeVocabularies() throws IOException {
    try (InputStream in = InputLawsTest.class.getResourceAsStream("vocabularies.json")) {
      for (var kind : new ObjectMapper().readTree(requireNonNull(in)).properties()) {
        Path folder = Files.createDirectories(temp.resolve(kind.getKey()));
        for (var file : kind.getValue().get("files").properties()) {
          Files.writeString(folder.resolve(file.getKey()), file.getValue().asText());
        }
      }
    }
  }

  /** A folder of every tokenizer at hand: the vocabulary files', and the goldens'. */
  static Stream<Path> tokenizers() throws IOException {
    Set<String> seen = new TreeSet<>();
    List<Path> folders = new ArrayList<>();
    for (Path golden : Golden.folders(".*").toList()) {
      Path json = golden.resolve("tokenizer.json");
      if (Files.exists(json) && seen.add(Files.readString(json))) {
        folders.add(golden);
      }
    }
    return Stream.concat(
        Stream.of("bert", "mpnet", "roberta").map(temp::resolve), folders.stream());
  }

  private static PairTokenizer open(Path folder, InputForm form, int limit) {
    return PairTokenizer.open(folder, form, limit, TermForm.LOWER_CASE);
  }

  private static String text(Random random, String[] words, int most) {
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(most); left > 0; left--) {
      text.append(words[random.nextInt(words.length)]);
      text.append(random.nextInt(6) == 0 ? "\n\n" : random.nextInt(6) == 0 ? "  " : " ");
    }
    return random.nextBoolean() ? text.toString() : text.toString().strip();
  }

  private static String plain(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(most); left > 0; left--) {
      text.append(PLAIN[random.nextInt(PLAIN.length)]).append(left % 3 == 0 ? ". " : " ");
    }
    return text.toString().strip();
  }

  private static HuggingFaceTokenizer bare(Path folder) throws IOException {
    return HuggingFaceTokenizer.newInstance(
        new ByteArrayInputStream(TokenizerFiles.read(folder)),
        Map.of("truncation", "false", "padding", "false"));
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void aPromptsIdsAreThoseOfThePlainText(Path folder) throws IOException {
    Random random = new Random(1);
    try (HuggingFaceTokenizer bare = bare(folder)) {
      for (String prompt : PROMPTS) {
        try (PairTokenizer tokenizer = open(folder, new InputForm.Prompt(prompt), 4096)) {
          for (int round = 0; round < ROUNDS; round++) {
            String query = text(random, WORDS, 6);
            String passage = text(random, WORDS, 20);
            String whole = prompt.replace("{query}", query).replace("{passage}", passage);
            assertArrayEquals(
                bare.encode(whole).getIds(), tokenizer.pair(query, passage).ids(), whole);
          }
        }
      }
      InputForm prefixed = new InputForm.Apart("query: ", "passage: ");
      try (PairTokenizer tokenizer = open(folder, prefixed, 4096)) {
        for (int round = 0; round < ROUNDS; round++) {
          String text = text(random, WORDS, 20);
          assertArrayEquals(bare.encode("query: " + text).getIds(), tokenizer.query(text).ids());
          assertArrayEquals(
              bare.encode("passage: " + text).getIds(), tokenizer.passage(text).ids());
        }
      }
    }
  }

  private static List<InputForm> forms() {
    List<InputForm> forms = new ArrayList<>(List.of(new InputForm.Pair("", "")));
    PROMPTS.forEach(prompt -> forms.add(new InputForm.Prompt(prompt)));
    forms.add(new InputForm.Apart("query: ", "passage: "));
    return forms;
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void cuttingIsDroppingThePassagesLastTokens(Path folder) {
    Random random = new Random(2);
    for (InputForm form : forms()) {
      int segment = form instanceof InputForm.Apart ? 0 : 1;
      for (int round = 0; round < 5; round++) {
        String query = text(random, WORDS, 4);
        String passage = text(random, WORDS, 30);
        TokenSequence whole = read(folder, form, 4096, query, passage);
        int[] own =
            IntStream.range(0, whole.length())
                .filter(i -> whole.tokens().get(i).segment() == segment)
                .toArray();
        int dropped = random.nextInt(own.length);
        int limit = Math.max(4, whole.length() - dropped);
        TokenSequence cut = read(folder, form, limit, query, passage);
        int first = own.length - (whole.length() - limit);
        int[] kept =
            IntStream.range(0, whole.length())
                .filter(i -> whole.tokens().get(i).segment() != segment || i < own[0] + first)
                .toArray();
        String what = form + " of " + passage + " to " + limit;
        assertEquals(limit, cut.length(), what);
        assertEquals(limit < whole.length(), cut.truncated(), what);
        for (int i = 0; i < kept.length; i++) {
          assertEquals(whole.ids()[kept[i]], cut.ids()[i], what);
          assertEquals(whole.types()[kept[i]], cut.types()[i], what);
          assertEquals(whole.tokens().get(kept[i]), cut.tokens().get(i), what);
        }
      }
    }
  }

  private static TokenSequence read(
      Path folder, InputForm form, int limit, String query, String passage) {
    try (PairTokenizer tokenizer = open(folder, form, limit)) {
      // Roles of a word that is cut in two depend on what is left of it: compared without them.
      TokenSequence read =
          form instanceof InputForm.Apart
              ? tokenizer.passage(passage)
              : tokenizer.pair(query, passage);
      return read.with(
          read.tokens().stream()
              .map(t -> t.special() || t.role() == Role.QUERY ? t : t.as(Role.OTHER))
              .toList());
    }
  }

  /** The words of a text in plain letters: where each starts and ends. */
  private static List<MatchResult> words(String text) {
    return Pattern.compile("[A-Za-z]+|[.]").matcher(text).results().toList();
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void wordsAndRolesAreTheSameInEveryTokenizerAndForm(Path folder) {
    Random random = new Random(3);
    for (InputForm form : List.of(forms().get(0), forms().get(1), forms().get(2))) {
      int told = 0;
      try (PairTokenizer tokenizer = open(folder, form, 4096)) {
        for (int round = 0; round < ROUNDS; round++) {
          String query = plain(random, 4);
          String passage = plain(random, 20);
          Set<String> asked = new TreeSet<>(List.of(query.toLowerCase(Locale.ROOT).split("[. ]+")));
          List<Token> tokens = tokenizer.pair(query, passage).tokens();
          List<MatchResult> words = words(passage);
          List<MatchResult> asking = words(query);
          if (tokens.stream()
              .anyMatch(t -> !t.special() && holdsAnEnd(t, t.segment() == 1 ? words : asking))) {
            continue; // some small vocabularies have pieces of two words
          }
          told++;
          for (Token token : tokens) {
            if (token.segment() == 1) {
              MatchResult word = words.get(token.word());
              String text = word.group().toLowerCase(Locale.ROOT);
              assertTrue(word.start() <= token.start() && token.end() <= word.end(), passage);
              assertEquals(asked.contains(text) ? Role.MATCH : Role.OTHER, token.role(), passage);
            }
          }
          for (int w = 0; w < words.size(); w++) {
            int word = w;
            List<Token> own =
                tokens.stream().filter(t -> t.segment() == 1 && t.word() == word).toList();
            assertEquals(words.get(w).start(), own.getFirst().start(), passage);
            assertEquals(words.get(w).end(), own.getLast().end(), passage);
          }
          assertEquals(
              asking.size(),
              tokens.stream()
                  .filter(t -> t.role() == Role.QUERY)
                  .map(Token::word)
                  .distinct()
                  .count(),
              query);
        }
      }
      assertTrue(told >= ROUNDS / 4, told + " texts told anything");
    }
  }

  private static boolean holdsAnEnd(Token token, List<MatchResult> words) {
    return words.stream().anyMatch(w -> token.start() < w.end() && w.end() < token.end());
  }

  @Test
  void bertsWordsAreBertsOwn() throws IOException {
    Random random = new Random(4);
    Path folder = temp.resolve("bert");
    try (HuggingFaceTokenizer bare = bare(folder);
        PairTokenizer tokenizer = open(folder, new InputForm.Pair("", ""), 4096)) {
      for (int round = 0; round < 300; round++) {
        String passage = text(random, WORDS, 20);
        Encoding expected = bare.encode("a", passage);
        List<Token> tokens = tokenizer.pair("a", passage).tokens();
        for (int i = 0; i < tokens.size(); i++) {
          assertEquals(expected.getWordIds()[i], tokens.get(i).word(), passage + " token " + i);
        }
      }
    }
  }

  @Test
  void offsetsCountUtf16UnitsOfThePartWhateverTheCharacter() {
    String query = "\ud83d\udca1 Caf\u00e9";
    String passage = "\u706f\u53f0 na\u00efve \ud83d\udea2s, \ud835\udcb3y";
    for (InputForm form : forms().subList(0, 3)) {
      try (PairTokenizer tokenizer = open(temp.resolve("roberta"), form, 512)) {
        TokenSequence pair = tokenizer.pair(query, passage);
        assertEquals(List.of("\ud83d\udca1", "Caf\u00e9"), texts(pair, 0, query));
        assertEquals(
            List.of("\u706f", "\u53f0", "na\u00efve", "\ud83d\udea2s", ",", "\ud835\udcb3y"),
            texts(pair, 1, passage));
        // Every byte of a character stands at the whole character.
        for (String character : List.of("\u706f", "\ud83d\udea2", "\ud835\udcb3")) {
          int at = passage.indexOf(character);
          int end = at + character.length();
          List<Token> own =
              pair.tokens().stream()
                  .filter(t -> t.segment() == 1 && t.start() < end && t.end() > at)
                  .toList();
          assertFalse(own.isEmpty(), character);
          for (Token token : own) {
            assertTrue(token.start() <= at && token.end() >= end, character + " " + token);
          }
        }
      }
    }
  }

  /** The words of a segment, from their first token's start to their last one's end. */
  private static List<String> texts(TokenSequence input, int segment, String text) {
    List<String> words = new ArrayList<>();
    int start = 0;
    int last = -1;
    for (Token token : input.tokens()) {
      if (token.segment() == segment) {
        if (token.word() == last) {
          words.removeLast();
        } else {
          start = token.start();
          last = token.word();
        }
        words.add(text.substring(start, token.end()));
      }
    }
    return words;
  }

  @Test
  void aPromptsOwnTokensHaveTheirRoles() {
    String prompt = "lamp: {query} [MASK] oil {passage} [SEP] light";
    try (PairTokenizer tokenizer = open(temp.resolve("bert"), new InputForm.Prompt(prompt), 512)) {
      TokenSequence read = tokenizer.pair("the sea", "the ship");
      List<String> shown =
          read.tokens().stream().map(t -> t.piece() + " " + t.role().option()).toList();
      assertEquals(
          List.of(
              "[CLS] cls",
              "lamp prompt",
              ": prompt",
              "the query",
              "sea query",
              "[MASK] sep",
              "oil prompt",
              "the match",
              "ship other",
              "[SEP] sep",
              "light prompt",
              "[SEP] sep"),
          shown);
      assertEquals("[CLS] lamp: {query} [MASK] oil {passage} [SEP] light [SEP]", tokenizer.shape());
      String message =
          Refusals.message(
              IllegalArgumentException.class,
              () ->
                  open(temp.resolve("bert"), new InputForm.Prompt(prompt), 10)
                      .pair("the sea", "oil"));
      assertEquals(
          "the query takes 10 tokens with special tokens and prompt and leaves no room for a"
              + " passage; the limit is 10",
          message);
    }
  }

  @Test
  void aWordIsReadAsItStandsInsideAText() {
    try (PairTokenizer tokenizer = open(temp.resolve("roberta"), new InputForm.Pair("", ""), 512)) {
      List<Token> tokens =
          tokenizer.word("the").tokens().stream().filter(t -> !t.special()).toList();
      List<Token> inside =
          tokenizer.query("oil the").tokens().stream().filter(t -> t.word() == 1).toList();
      assertEquals(
          inside.stream().map(Token::piece).toList(), tokens.stream().map(Token::piece).toList());
    }
  }
}
