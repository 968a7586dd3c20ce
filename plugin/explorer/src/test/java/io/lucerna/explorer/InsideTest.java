package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScoreParts;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of the inside of scores is what the ranker says, with small models of all kinds. */
class InsideTest {
  private static final SmallCollection SMALL = new SmallCollection();
  private static final String QUERY = SmallCollection.TOPIC.query();
  private static final String BEES =
      "A bee sees ultraviolet marks on petals and smells the blossom from afar.";

  private interface Tried {
    void with(Ranker ranker, Workbench workbench) throws IOException;
  }

  private static void with(String model, Tried tried) throws IOException {
    try (Ranker ranker =
            Rankers.open(Checkout.models().resolve(model), model, ScorerOptions.defaults());
        Workbench workbench = new Workbench(ranker, SMALL, SmallCollection.QRELS, 1, Launch.NONE)) {
      tried.with(ranker, workbench);
    }
  }

  private static PairsRequest.Passage stored(String docno) {
    return new PairsRequest.Passage(docno, null, null);
  }

  private static PairsRequest of(PairsRequest.Passage... passages) {
    return new PairsRequest("t1", "", List.of(passages), "");
  }

  private static AttentionRequest looking(String spec, String head) {
    return new AttentionRequest(RankRequest.of("t1", "", null, spec, ""), of(stored("bees")), head);
  }

  @ParameterizedTest
  @CsvSource({
    "bert-cross, pair, ",
    "bert-bi, query passage, pairs",
    "families/bert-colbert, query passage, maxsim",
    "families/bert-mlm-splade, query passage, terms",
    "families/t5-monot5, pair, ",
  })
  void dividesAsTheRankerDoes(String model, String sides, @Nullable String meeting)
      throws IOException {
    with(
        model,
        (ranker, workbench) -> {
          Explaining explaining = new Explaining(workbench);
          ExplainAnswer quick = explaining.explain(of(stored("bees"), stored("wasps")), false);
          ScoreParts parts = ranker.explain(QUERY, BEES);
          ExplainAnswer.Passage bees = quick.passages().getFirst();
          assertEquals(parts.score(), bees.score());
          assertEquals(
              sides,
              String.join(" ", bees.sides().stream().map(ExplainAnswer.Side::side).toList()));
          for (int i = 0; i < bees.sides().size(); i++) {
            assertSide(parts.score(), parts.sides().get(i), bees.sides().get(i));
          }
          ExplainAnswer.Difference difference = quick.difference();
          assertNotNull(difference);
          assertEquals((double) bees.score() - quick.passages().get(1).score(), difference.score());
          double words = difference.words().stream().mapToDouble(r -> r.one() - r.other()).sum();
          assertEquals(difference.score(), words, 1e-5);

          ExplainAnswer.Passage full =
              explaining.explain(of(stored("bees")), true).passages().getFirst();
          assertEquals(bees.sides().getFirst().words(), full.sides().getFirst().words());
          assertDetail(parts.sides().getLast(), full.sides().getLast());
          assertEquals(meeting, full.meeting() == null ? null : full.meeting().kind());
        });
  }

  private static void assertSide(float score, SideParts parts, ExplainAnswer.Side side) {
    double words = side.words().stream().mapToDouble(ExplainAnswer.Word::adds).sum();
    assertEquals(score, words + side.biases() + side.rounding(), 1e-12);
    assertEquals(0, side.rounding(), 1e-5);
    assertEquals(parts.byToken().biases(), side.biases());
    assertEquals(
        List.copyOf(parts.components().values()),
        side.components().stream().map(ExplainAnswer.Component::adds).toList());
    double through = side.components().stream().mapToDouble(ExplainAnswer.Component::adds).sum();
    assertEquals(
        score,
        through + side.embeddings() + side.straightBiases() + side.straightRounding(),
        1e-12);
    assertEquals(0, side.straightRounding(), 1e-5);
    assertNull(side.components().getFirst().words());
  }

  /** What components have from a word, and what goes straight, is what the word adds. */
  private static void assertDetail(SideParts parts, ExplainAnswer.Side side) {
    List<Shares> byBoth = List.copyOf(parts.byBoth().values());
    for (int i = 0; i < byBoth.size(); i++) {
      List<Double> words = side.components().get(i).words();
      assertNotNull(words);
      double sum = words.stream().mapToDouble(adds -> adds).sum();
      assertEquals(Arrays.stream(byBoth.get(i).tokens()).sum(), sum, 1e-9);
    }
    for (int i = 0; i < side.words().size(); i++) {
      int word = i;
      ExplainAnswer.Word one = side.words().get(i);
      double through =
          side.components().stream()
              .mapToDouble(component -> List.copyOf(component.words()).get(word))
              .sum();
      assertEquals(one.adds(), through + one.straight(), 1e-4);
    }
  }

  @Test
  void anotherTextOrQueryIsReadInPlace() throws IOException {
    with(
        "bert-bi",
        (ranker, workbench) -> {
          Explaining explaining = new Explaining(workbench);
          PairsRequest.Passage text = new PairsRequest.Passage("bees", "a lamp", null);
          PairsRequest.Passage query = new PairsRequest.Passage("bees", null, "oil");
          List<ExplainAnswer.Passage> both = explaining.explain(of(text, query), false).passages();
          assertEquals(ranker.explain(QUERY, "a lamp").score(), both.get(0).score());
          assertEquals(ranker.explain("oil", BEES).score(), both.get(1).score());
          assertEquals("oil", both.get(1).query());
          assertEquals("", both.get(0).unread());
        });
  }

  @Test
  void whatIsNotReadIsSaid() throws IOException {
    with(
        "bert-cross",
        (ranker, workbench) -> {
          String read = "bee ".repeat(400);
          PairsRequest.Passage text = new PairsRequest.Passage("bees", read + "the end", null);
          ExplainAnswer.Passage answer =
              new Explaining(workbench).explain(of(text), false).passages().getFirst();
          assertTrue(answer.unread().endsWith(" the end"), answer.unread());
          assertTrue(answer.unread().length() < read.length());
        });
  }

  /** MaxSim: a word of the query takes the word with the largest product. */
  @Test
  void takenWordsHaveTheLargestProducts() throws IOException {
    with(
        "families/bert-colbert",
        (ranker, workbench) -> {
          ExplainAnswer.Meeting meeting =
              new Explaining(workbench)
                  .explain(of(stored("bees")), true)
                  .passages()
                  .getFirst()
                  .meeting();
          assertNotNull(meeting);
          MaxSims sims = (MaxSims) ranker.explain(QUERY, BEES).meeting().orElseThrow();
          assertEquals(meeting.rows().size(), meeting.taken().size());
          double taken = 0;
          for (int q = 0; q < sims.taken().length; q++) {
            taken += sims.products()[q][sims.taken()[q]];
          }
          assertEquals(ranker.explain(QUERY, BEES).score(), taken, 1e-4);
          for (int q = 0; q < meeting.rows().size(); q++) {
            List<Double> row = meeting.rows().get(q);
            double largest = row.stream().mapToDouble(product -> product).max().orElseThrow();
            assertTrue(
                meeting.taken().get(q).stream().anyMatch(word -> row.get(word) == largest), "" + q);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "bert-cross, , L1H0",
    "bert-bi, zero blocks.0.hook_mlp_out, L1H1",
    "families/t5-monot5, , D0X1",
    "families/llama-rank, , L0H1",
  })
  void attentionIsThatOfTheModel(String model, @Nullable String spec, String head)
      throws IOException {
    String line = spec == null ? "" : spec;
    with(
        model,
        (ranker, workbench) -> {
          AttentionRequest all = looking(line, "");
          AttentionAnswer answer = new Inside(workbench).attention(all);
          List<AttentionAnswer.Head> heads = answer.sides().getLast().heads();
          AttentionAnswer.Head small =
              heads.stream().filter(one -> one.name().equals(head)).findFirst().orElseThrow();
          assertNull(small.rows());
          AttentionAnswer.Side side =
              new Inside(workbench).attention(looking(line, head)).sides().getLast();
          AttentionAnswer.Head one = side.heads().getFirst();
          assertEquals(1, side.heads().size());
          InputActivations kept =
              ranker
                  .cache(QUERY, List.of(BEES), ranker.compile(line).hooks(), one.point())
                  .passages()
                  .getFirst();
          Slice slice = kept.get(one.point());
          List<float[]> rows = one.rows();
          assertNotNull(rows);
          assertEquals(kept.tokens().size(), side.tokens().size());
          assertEquals(slice.shape()[0], rows.size());
          int number = head.charAt(3) - '0';
          double there = 0;
          int asked = 0;
          for (int i = 0; i < rows.size(); i++) {
            boolean looks = kept.tokens().get(i).segment() == 0;
            asked += looks ? 1 : 0;
            for (int j = 0; j < rows.get(i).length; j++) {
              assertEquals(slice.at(i, number, j), rows.get(i)[j]);
              there += looks && kept.tokens().get(j).segment() == 1 ? rows.get(i)[j] : 0;
            }
          }
          boolean pair = rows.size() > 1 && side.side().equals("pair");
          assertEquals(pair, one.toPassage() != null);
          if (one.toPassage() != null) {
            assertEquals(there / asked, one.toPassage(), 1e-9);
          }
          assertImage(rows, small);
        });
  }

  /** Each byte is the largest of what it stands for. */
  private static void assertImage(List<float[]> rows, AttentionAnswer.Head small) {
    byte[] image = Base64.getDecoder().decode(small.image());
    int height = image.length / small.width();
    float[][] largest = new float[height][small.width()];
    for (int i = 0; i < rows.size(); i++) {
      for (int j = 0; j < rows.get(i).length; j++) {
        int row = i * height / rows.size();
        int column = j * small.width() / rows.get(i).length;
        largest[row][column] = Math.max(largest[row][column], rows.get(i)[j]);
      }
    }
    for (int i = 0; i < image.length; i++) {
      double expected = 255 * Math.sqrt(largest[i / small.width()][i % small.width()]);
      assertEquals(expected, image[i] & 0xff, .5 + 1e-4);
    }
  }

  @Test
  void aSpecChangesTheAttentionBehindIt() throws IOException {
    with(
        "bert-bi",
        (ranker, workbench) -> {
          String spec = "zero blocks.0.hook_mlp_out";
          AttentionAnswer plain = new Inside(workbench).attention(looking("", "L1H0"));
          AttentionAnswer changed = new Inside(workbench).attention(looking(spec, "L1H0"));
          assertEquals(spec, changed.spec());
          AttentionAnswer mean =
              new Inside(workbench)
                  .attention(looking("mean blocks.0.hook_mlp_out from=candidates", "L1H0"));
          assertFalse(Arrays.equals(firstRow(mean), firstRow(changed)));
          float[] row = firstRow(plain);
          assertFalse(Arrays.equals(row, firstRow(changed)));
        });
  }

  /** A mean over the candidates is over them as they are read with the edited query. */
  @Test
  void anEditedQueryIsThatOfTheCandidatesToo() throws IOException {
    with(
        "bert-cross",
        (ranker, workbench) -> {
          String spec = "mean blocks.0.hook_mlp_out from=candidates";
          Inside inside = new Inside(workbench);
          AttentionAnswer edited =
              inside.attention(
                  new AttentionRequest(
                      RankRequest.of("t1", "", null, spec, ""),
                      of(new PairsRequest.Passage("bees", null, "oil")),
                      "L1H0"));
          AttentionAnswer asked =
              inside.attention(
                  new AttentionRequest(
                      RankRequest.of("", "oil", null, spec, ""),
                      new PairsRequest("", "oil", List.of(stored("bees")), ""),
                      "L1H0"));
          assertArrayEquals(firstRow(asked), firstRow(edited));
        });
  }

  private static float[] firstRow(AttentionAnswer answer) {
    List<float[]> rows = answer.sides().getLast().heads().getFirst().rows();
    assertNotNull(rows);
    return rows.getFirst();
  }

  @Test
  void layersAreThoseOfTheLens() throws IOException {
    with(
        "bert-cross",
        (ranker, workbench) -> {
          PairsRequest.Passage edited = new PairsRequest.Passage("bees", "a lamp", "oil");
          LensAnswer answer = new Inside(workbench).lens(of(stored("bees"), edited));
          assertLayers(ranker.lens(QUERY, List.of(BEES)), answer.passages().get(0));
          assertLayers(ranker.lens("oil", List.of("a lamp")), answer.passages().get(1));
          assertNotEquals(answer.passages().get(0).scores(), answer.passages().get(1).scores());
        });
  }

  private static void assertLayers(float[][] expected, LensAnswer.Passage passage) {
    float[] scores = new float[passage.scores().size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = passage.scores().get(i);
    }
    float[] layers = new float[expected.length];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = expected[i][0];
    }
    assertArrayEquals(layers, scores);
  }

  @ParameterizedTest
  @ValueSource(strings = {"L9H0", "L0H9", "D0X0", "D0H0", "L0", "L00000H0", "L0mlp", "<b>"})
  void aHeadThatThereIsNotIsRefused(String head) throws IOException {
    with(
        "bert-cross",
        (ranker, workbench) -> {
          AttentionRequest request = looking("", head);
          Inside inside = new Inside(workbench);
          assertEquals(404, assertThrows(Refusal.class, () -> inside.attention(request)).status());
        });
  }
}
