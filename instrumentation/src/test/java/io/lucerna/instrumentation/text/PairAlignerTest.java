package io.lucerna.instrumentation.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.text.PairAligner.Result;
import io.lucerna.instrumentation.text.PairAligner.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Laws of alignment, over a tokenizer that splits words at whitespace and punctuation, and long
 * words into pieces of three letters, as WordPiece might.
 */
class PairAlignerTest {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+|[^\\s\\p{L}\\p{N}]");
  private static final PairAligner ALIGNER = new PairAligner(7, "a", 60);

  private final Map<String, Long> vocabulary = new HashMap<>();

  private TokenSequence single(String passage) {
    return tokenize(passage, 0);
  }

  /** A pair has its query in segment 0, of type 0, and its passage in segment 1, of type 1. */
  private TokenSequence tokenize(String passage, int segment) {
    List<Token> tokens = new ArrayList<>(List.of(new Token("[CLS]", -1, -1, 0, 0, Role.CLS)));
    List<Long> types = new ArrayList<>(List.of(0L));
    if (segment == 1) {
      words("what lamp", 0, Role.QUERY, tokens);
      tokens.add(new Token("[SEP]", -1, -1, 0, 0, Role.SEP));
    }
    while (types.size() < tokens.size()) {
      types.add(0L);
    }
    words(passage, segment, Role.OTHER, tokens);
    tokens.add(new Token("[SEP]", -1, -1, 0, 0, Role.SEP));
    while (types.size() < tokens.size()) {
      types.add((long) segment);
    }
    long[] ids =
        tokens.stream()
            .mapToLong(t -> vocabulary.computeIfAbsent(t.piece(), p -> 10L + vocabulary.size()))
            .toArray();
    return new TokenSequence(
        ids, types.stream().mapToLong(Long::longValue).toArray(), tokens, false);
  }

  private static void words(String text, int segment, Role role, List<Token> tokens) {
    Matcher matcher = WORD.matcher(text);
    for (int word = 0; matcher.find(); word++) {
      for (int at = matcher.start(); at < matcher.end(); at += 3) {
        int end = Math.min(at + 3, matcher.end());
        String piece = (at == matcher.start() ? "" : "##") + text.substring(at, end);
        tokens.add(new Token(piece, segment, word, at, end, role));
      }
    }
  }

  private static long[] withoutFiller(TokenSequence side, long[] values) {
    return IntStream.range(0, side.length())
        .filter(i -> side.tokens().get(i).role() != Role.FILLER)
        .mapToLong(i -> values[i])
        .toArray();
  }

  private static String pieces(TokenSequence side) {
    return String.join(
        " ",
        side.tokens().stream()
            .map(
                t ->
                    t.role() == Role.FILLER
                        ? "_"
                        : t.role() == Role.INJECTED ? "+" + t.piece() : t.piece())
            .toList());
  }

  private AlignedPair aligned(String base, String perturbed, Span... edits) {
    Result result = ALIGNER.align(single(base), single(perturbed), 0, List.of(edits));
    return result.pair().orElseThrow(() -> new AssertionError(result.problem()));
  }

  private void expect(String base, String perturbed, AlignedPair pair) {
    assertEquals(base, pieces(pair.base()));
    assertEquals(perturbed, pieces(pair.perturbed()));
  }

  @Test
  void appendedWordFacesFiller() {
    expect(
        "[CLS] oil . _ _ [SEP]",
        "[CLS] oil . +lam +##p [SEP]",
        aligned("oil.", "oil. lamp", new Span(4, 4, 4, 9)));
  }

  /** As the masks that fill up a query of ColBERT; here the last token. */
  @Test
  void whatAttentionLeavesItLeaves() {
    TokenSequence base = single("oil.");
    TokenSequence perturbed = single("oil. lamp");
    AlignedPair pair =
        ALIGNER
            .align(shorter(base), shorter(perturbed), 0, List.of(new Span(4, 4, 4, 9)))
            .pair()
            .orElseThrow();
    assertEquals(pair.base().length() - 1, pair.base().attended());
    assertEquals(pair.perturbed().length() - 1, pair.perturbed().attended());
  }

  private static TokenSequence shorter(TokenSequence all) {
    return new TokenSequence(all.ids(), all.types(), all.tokens(), false, all.length() - 1);
  }

  @Test
  void prependedWordFacesFiller() {
    expect(
        "[CLS] _ _ oil [SEP]",
        "[CLS] +lam +##p oil [SEP]",
        aligned("oil", "lamp oil", new Span(0, 0, 0, 5)));
  }

  @Test
  void shorterWordOfAnExchangeGetsFiller() {
    expect(
        "[CLS] the lam ##p is on [SEP]",
        "[CLS] the +oil _ is on [SEP]",
        aligned("the lamp is on", "the oil is on", new Span(4, 8, 4, 7)));
  }

  @Test
  void wordThatIsDeletedFacesFiller() {
    expect(
        "[CLS] the lam ##p is [SEP]",
        "[CLS] the _ _ is [SEP]",
        aligned("the lamp is", "the is", new Span(3, 8, 3, 3)));
  }

  @Test
  void lettersAfterAWordChangeThatWord() {
    // The base's own word ends where the edit begins; only the other side shows that it changes.
    expect(
        "[CLS] oil _ is [SEP]",
        "[CLS] oil +##s is [SEP]",
        aligned("oil is", "oils is", new Span(3, 3, 3, 4)));
    expect(
        "[CLS] oil _ is [SEP]",
        "[CLS] +foi +##l is [SEP]",
        aligned("oil is", "foil is", new Span(0, 0, 0, 1)));
  }

  @Test
  void wordsThatAreJoinedChangeBoth() {
    expect(
        "[CLS] an oil lam ##p [SEP]",
        "[CLS] an oil +##lam ##p [SEP]",
        aligned("an oil lamp", "an oillamp", new Span(6, 7, 6, 6)));
  }

  @Test
  void passageWithoutTokensIsFilled() {
    expect("[CLS] _ [SEP]", "[CLS] +oil [SEP]", aligned("", "oil", new Span(0, 0, 0, 3)));
  }

  @Test
  void fillerOfAPairIsOfThePassage() {
    TokenSequence base = tokenize("", 1);
    TokenSequence perturbed = tokenize("oil", 1);
    AlignedPair pair =
        ALIGNER.align(base, perturbed, 1, List.of(new Span(0, 0, 0, 3))).pair().orElseThrow();
    assertEquals("[CLS] wha ##t lam ##p [SEP] _ [SEP]", pieces(pair.base()));
    assertArrayEquals(new long[] {0, 0, 0, 0, 0, 0, 1, 1}, pair.base().types());
    assertArrayEquals(pair.base().types(), pair.perturbed().types());
    assertEquals(1, pair.base().tokens().get(6).segment());
  }

  @Test
  void whatChangesNothingIsRefused() {
    Result result =
        ALIGNER.align(single("oil  lamp"), single("oil lamp"), 0, List.of(new Span(3, 5, 3, 4)));
    assertEquals("nothing changes: the same token ids", result.problem());
  }

  @Test
  void editsThatLeaveADifferenceOutsideAreRefused() {
    TokenSequence base = single("oil lamp on");
    TokenSequence perturbed = single("oil wick in");
    assertEquals(
        "tokens differ outside of the edits",
        ALIGNER.align(base, perturbed, 0, List.of(new Span(4, 8, 4, 8))).problem());
    assertEquals(
        "tokens differ outside of the edits",
        ALIGNER.align(base, perturbed, 0, List.of()).problem());
    assertEquals(
        "the edits are not in order",
        ALIGNER
            .align(base, base, 0, List.of(new Span(9, 11, 9, 11), new Span(0, 3, 0, 3)))
            .problem());
  }

  @Test
  void whatIsTooLongIsRefused() {
    TokenSequence cut = single("oil lamp").without(1, 2);
    assertEquals(
        "truncated: a passage is longer than 60 tokens allow",
        ALIGNER.align(cut, single("oil"), 0, List.of()).problem());
    String many = "oil ".repeat(58);
    assertEquals(
        "too long: 61 tokens with filler, 60 are allowed",
        new PairAligner(7, "a", 60)
            .align(
                single(many.strip()), single(many + "on"), 0, List.of(new Span(231, 231, 231, 234)))
            .problem());
  }

  /** One random change of words, whose edit map is right by construction. */
  private record Change(String base, String perturbed, List<Span> edits) {
    static Change random(SplittableRandom random) {
      StringBuilder base = new StringBuilder();
      StringBuilder perturbed = new StringBuilder();
      List<Span> edits = new ArrayList<>();
      int parts = random.nextInt(12);
      for (int i = 0; i < parts; i++) {
        if (random.nextInt(3) == 0) {
          String gone = text(random);
          String come = text(random);
          edits.add(
              new Span(
                  base.length(),
                  base.length() + gone.length(),
                  perturbed.length(),
                  perturbed.length() + come.length()));
          base.append(gone);
          perturbed.append(come);
        } else {
          String same = text(random);
          base.append(same);
          perturbed.append(same);
        }
      }
      return new Change(base.toString(), perturbed.toString(), edits);
    }

    private static String text(SplittableRandom random) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(9); i > 0; i--) {
        text.append("ab  .".charAt(random.nextInt(5)));
      }
      return text.toString();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void anyEditsAlignAndFillerAloneIsAdded(int segment) {
    SplittableRandom random = new SplittableRandom(5);
    int aligned = 0;
    for (int round = 0; round < 5000; round++) {
      Change change = Change.random(random);
      TokenSequence base = tokenize(change.base(), segment);
      TokenSequence perturbed = tokenize(change.perturbed(), segment);
      Result result = new PairAligner(7, "a", 512).align(base, perturbed, segment, change.edits());
      if (result.pair().isEmpty()) {
        assertEquals("nothing changes: the same token ids", result.problem(), change.toString());
        assertArrayEquals(base.ids(), perturbed.ids(), change.toString());
        continue;
      }
      aligned++;
      AlignedPair pair = result.pair().get();
      String shown =
          String.format(
              Locale.ROOT, "%s%n%s%n%s", change, pieces(pair.base()), pieces(pair.perturbed()));
      assertArrayEquals(base.ids(), withoutFiller(pair.base(), pair.base().ids()), shown);
      assertArrayEquals(
          perturbed.ids(), withoutFiller(pair.perturbed(), pair.perturbed().ids()), shown);
      assertArrayEquals(pair.base().types(), pair.perturbed().types(), shown);
      for (int i = 0; i < pair.length(); i++) {
        boolean differs = pair.base().ids()[i] != pair.perturbed().ids()[i];
        Role one = pair.base().tokens().get(i).role();
        Role two = pair.perturbed().tokens().get(i).role();
        assertTrue(one != Role.FILLER || two != Role.FILLER, shown);
        assertTrue(!differs || two == Role.INJECTED || two == Role.FILLER, shown);
      }
    }
    assertTrue(aligned > 3000, "aligned only " + aligned);
  }
}
