package io.lucerna.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNamesTest {
  private static final List<String> OPTIONS =
      List.of(
          "-index",
          "-topics",
          "-topicReader",
          "-qrels",
          "-run",
          "-output",
          "-model",
          "-depth",
          "-bm25",
          "-maxLength",
          "-query",
          "-passage.prefix",
          "-l",
          "-m",
          "-M",
          "-conditions");

  @ParameterizedTest
  @CsvSource({
    "-bm52,-bm25",
    "-dephts,-depth",
    "-modle,-model",
    "-models,-model",
    "-maxlenght,-maxLength",
    "-Topics,-topics",
    "-topic,-topics",
    "-qrel,-qrels",
    "-rerank.depth,-depth",
    "-rerank.model,-model",
    "-prefix,-passage.prefix",
    "-outptu,-output",
    "-condition,-conditions",
  })
  void findsWhatWasMeant(String wrong, String meant) {
    assertEquals(List.of(meant), NearestNames.like(wrong, OPTIONS, 1));
    assertEquals("; did you mean " + meant + "?", NearestNames.hint(wrong, OPTIONS));
  }

  @ParameterizedTest
  @CsvSource({
    "-input",
    "-query.prefix",
    "-format",
    "-rm3",
    "-k",
    "-x",
    "-hits",
    "-corpus",
    "-threads",
    "-noSuchOption",
    "-",
    "-seed",
    "-grades",
  })
  void namesNothingOfAnotherMeaning(String wrong) {
    assertEquals(List.of(), NearestNames.like(wrong, OPTIONS, 3));
    assertEquals("", NearestNames.hint(wrong, OPTIONS));
  }

  @Test
  void starsOfAGlobCostNothing() {
    List<String> points = List.of("blocks.0.attn.hook_z", "blocks.0.hook_resid_pre", "hook_embed");
    assertEquals("blocks.0.attn.hook_z", NearestNames.like("*.hook_y", points, 3).getFirst());
    assertEquals(List.of(), NearestNames.like("encoder.layer.0", points, 3));
    assertEquals(List.of("hook_embed"), NearestNames.to("embed", points, 1));
  }
}
