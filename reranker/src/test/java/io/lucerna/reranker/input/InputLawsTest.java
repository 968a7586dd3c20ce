package io.lucerna.reranker.input;

import static io.lucerna.reranker.input.TokenizerSamples.ROUNDS;
import static io.lucerna.reranker.input.TokenizerSamples.WORDS;
import static io.lucerna.reranker.input.TokenizerSamples.bare;
import static io.lucerna.reranker.input.TokenizerSamples.forms;
import static io.lucerna.reranker.input.TokenizerSamples.open;
import static io.lucerna.reranker.input.TokenizerSamples.plain;
import static io.lucerna.reranker.input.TokenizerSamples.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.lucerna.instrumentation.family.Prompt;
import io.lucerna.instrumentation.text.AlignedPair;
import io.lucerna.instrumentation.text.PairAligner;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.reranker.Refusals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every tokenizer and every form of input, on random texts. */
class InputLawsTest {
  @TempDir static Path temp;

  @BeforeAll
  static void writeVocabularies() throws IOException {
    TokenizerSamples.writeVocabularies(temp);
  }

  static Stream<Path> tokenizers() throws IOException {
    return TokenizerSamples.tokenizers(temp);
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void aPromptsIdsAreThoseOfThePlainText(Path folder) throws IOException {
    Random random = new Random(1);
    try (HuggingFaceTokenizer bare = bare(folder)) {
      for (String prompt : TokenizerSamples.PROMPTS) {
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

  @ParameterizedTest
  @MethodSource("tokenizers")
  void passagesInAPromptAlign(Path folder) {
    Random random = new Random(5);
    int aligned = 0;
    Set<String> problems = new TreeSet<>();
    try (PairTokenizer tokenizer = open(folder, new InputForm.Prompt(Prompt.MONO_T5), 4096)) {
      TokenSequence filler = tokenizer.word("a");
      int at =
          IntStream.range(0, filler.length())
              .filter(i -> !filler.tokens().get(i).special())
              .findFirst()
              .orElseThrow();
      PairAligner aligner = new PairAligner(filler.ids()[at], "a", 4096);
      for (int round = 0; round < ROUNDS; round++) {
        String base = plain(random, 20);
        int place = base.indexOf(' ', base.length() / 2) + 1;
        String more = base.substring(0, place) + "water " + base.substring(place);
        List<PairAligner.Span> edits =
            List.of(new PairAligner.Span(place, place, place, place + 6));
        TokenSequence one = tokenizer.pair("lamp", base);
        TokenSequence two = tokenizer.pair("lamp", more);
        PairAligner.Result result = aligner.align(one, two, 1, edits);
        problems.add(result.problem());
        Optional<AlignedPair> pair = result.pair();
        if (pair.isPresent()) {
          assertArrayEquals(one.ids(), withoutFiller(pair.get().base()), base);
          assertArrayEquals(two.ids(), withoutFiller(pair.get().perturbed()), base);
          aligned++;
        }
      }
      assertTrue(aligned >= ROUNDS / 2, "only " + aligned + " aligned: " + problems);
      assertEquals(
          "a passage without tokens has no position in a prompt",
          aligner
              .align(
                  tokenizer.pair("lamp", ""),
                  tokenizer.pair("lamp", "oil"),
                  1,
                  List.of(new PairAligner.Span(0, 0, 0, 3)))
              .problem());
    }
  }

  private static long[] withoutFiller(TokenSequence input) {
    return IntStream.range(0, input.length())
        .filter(i -> input.tokens().get(i).role() != Role.FILLER)
        .mapToLong(i -> input.ids()[i])
        .toArray();
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
      assertEquals("[CLS]lamp: {query} [MASK] oil {passage} [SEP] light[SEP]", tokenizer.shape());
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
