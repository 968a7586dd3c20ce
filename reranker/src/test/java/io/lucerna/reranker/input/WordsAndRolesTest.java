package io.lucerna.reranker.input;

import static io.lucerna.reranker.input.TokenizerSamples.ROUNDS;
import static io.lucerna.reranker.input.TokenizerSamples.WORDS;
import static io.lucerna.reranker.input.TokenizerSamples.bare;
import static io.lucerna.reranker.input.TokenizerSamples.forms;
import static io.lucerna.reranker.input.TokenizerSamples.open;
import static io.lucerna.reranker.input.TokenizerSamples.plain;
import static io.lucerna.reranker.input.TokenizerSamples.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Words, roles and offsets are the same whatever the tokenizer and the form. */
class WordsAndRolesTest {
  @TempDir static Path temp;

  @BeforeAll
  static void writeVocabularies() throws IOException {
    TokenizerSamples.writeVocabularies(temp);
  }

  static Stream<Path> tokenizers() throws IOException {
    return TokenizerSamples.tokenizers(temp);
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
}
