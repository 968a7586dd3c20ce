package io.lucerna.instrumentation.intervene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.recording.ActivationSource;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TokenSet;
import io.lucerna.testkit.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InterventionSpecTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void anySpecReadsBackFromItsLineAndFromItsJson() throws IOException {
    for (long seed = 0; seed < 3000; seed++) {
      InterventionSpec spec = new RandomSpecs(seed).next();
      String line = spec.toString();
      String why = "seed " + seed + ": " + line;
      assertEquals(spec, InterventionSpec.parse(line), why);
      assertEquals(line, InterventionSpec.parse(line).toString(), why);
      String json = JSON.writeValueAsString(spec.toJson());
      InterventionSpec fromJson = InterventionSpec.fromJson(JSON.readTree(json));
      assertEquals(spec, fromJson, why + " as " + json);
      assertEquals(spec.sha256(), fromJson.sha256(), why);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          zero b.3.z head=7 at=match,stem side=passage | zero b.3.z head=7 at=match,stem side=passage
          zero   b,a   head=3,1,2   | zero a,b head=1-3
          zero b, a                 | zero a,b
          zero a side=query at=stem,cls | zero a at=cls,stem side=query
          zero a at=all             | zero a
          zero a at=0--1            | zero a
          zero a at=-1,3-5,4-6,-2   | zero a at=-2--1,3-6
          zero a at=other,match,filler,injected,stem,cls | zero a at=cls,passage
          zero a unit=0-3,5,4       | zero a unit=0-5
          set a to=-0               | set a to=0
          scale a by=.50            | scale a by=0.5
          add a vector=[1.0,+2,1e0] | add a vector=[1,2,1] dose=1
          add a dose=2e0 vector=f#v | add a vector=f#v dose=2
          add a vector=random:7:1.50 | add a vector=random:7:1.5 dose=1
          add a vector=random:7#v   | add a vector=random:7#v dose=1
          mean a from=d             | mean a from=d per=role
          patch a from=d donor="7 x"  | patch a from=d per=position donor="7 x"
          noise a seed=07 std=1     | noise a std=1 seed=7
          zero "a"; zero b          | zero a; zero b
          """)
  void eachMeaningHasOneForm(String given, String printed) {
    assertEquals(printed, InterventionSpec.parse(given).toString());
    assertEquals(
        InterventionSpec.parse(given).shortHash(), InterventionSpec.parse(printed).shortHash());
  }

  @Test
  void randomVectorsHaveTheirNormAndDirectionsOfTheirOwn() {
    double[] one = new Vectors.Random(7, 2.5).of(384);
    double[] other = new Vectors.Random(8, 2.5).of(384);
    assertEquals(2.5, Vectors.length(one), 1e-14);
    assertArrayEquals(one, new Vectors.Random(7, 2.5).of(384));
    double[] twice = new Vectors.Random(7, 5).of(384);
    double cosine = 0;
    double mean = 0;
    for (int i = 0; i < one.length; i++) {
      assertEquals(2 * one[i], twice[i], 1e-14);
      cosine += one[i] * other[i] / (2.5 * 2.5);
      mean += one[i] / one.length;
    }
    // Of 384 dimensions: a standard deviation of .051 each for the cosine and, of .0065, the mean.
    assertEquals(0, cosine, 0.2);
    assertEquals(0, mean, 0.026);
  }

  @Test
  void anEmptyLineIsTheSpecThatChangesNothing() {
    assertEquals(InterventionSpec.none(), InterventionSpec.parse(" \n\t"));
    assertTrue(InterventionSpec.none().isEmpty());
    assertEquals("", InterventionSpec.none().toString());
  }

  @Test
  void theHashIsThatOfThePrintedLine() {
    // printf 'zero blocks.3.attn.hook_z head=7' | sha256sum
    assertEquals(
        "56d26eb63ad1cc8b99b74fe534b83b559bfd80c66840050deb9ca74b8426cd08",
        InterventionSpec.parse("zero  blocks.3.attn.hook_z head=7").sha256());
    assertNotEquals(
        InterventionSpec.parse("zero a; set b to=1").sha256(),
        InterventionSpec.parse("set b to=1; zero a").sha256(),
        "the order decides where both meet");
  }

  /** Gives every name the same hash, by its first letters. */
  private static SpecSources hashing(String content) {
    return new SpecSources() {
      @Override
      public ActivationSource recording(String name) {
        throw new AssertionError(name);
      }

      @Override
      public String sha256(SpecSource source) {
        return source.kind() + content;
      }
    };
  }

  @Test
  void theIdentityHasContentsInThePlaceOfNames() {
    int naming = 0;
    for (long seed = 0; seed < 2000; seed++) {
      InterventionSpec spec = new RandomSpecs(seed).next();
      String why = "seed " + seed + ": " + spec;
      InterventionSpec identity = spec.identity(hashing("1"));
      assertEquals(identity, InterventionSpec.parse(identity.toString()), why);
      assertTrue(
          identity.sources().stream().allMatch(s -> s.name().equals("sha256:" + s.kind() + "1")),
          why);
      if (spec.sources().isEmpty()) {
        assertEquals(spec, identity, why);
        continue;
      }
      naming++;
      assertNotEquals(identity, spec.identity(hashing("2")), why);
      InterventionSpec elsewhere =
          new InterventionSpec(
              spec.interventions().stream()
                  .map(i -> new Intervention(i.target(), i.operation().withSource("moved")))
                  .toList());
      assertEquals(identity, elsewhere.identity(hashing("1")), why);
      assertEquals(
          spec.interventions().stream().map(Intervention::target).toList(),
          identity.interventions().stream().map(Intervention::target).toList(),
          why);
    }
    assertTrue(naming > 500, "specs that name something: " + naming);
  }

  @Test
  void whatIsNotThereIsToldWithItsColumn() {
    SpecSyntaxException e =
        assertThrows(
            SpecSyntaxException.class,
            () ->
                InterventionSpec.parse("zero a; mean b from=gone")
                    .identity(SpecSources.withoutRecordings()));
    assertTrue(
        String.valueOf(e.getMessage()).contains("there are no recordings, so none is called gone"),
        e.getMessage());
  }

  @Test
  void javaBuildsTheSame() {
    Target target =
        Target.of("blocks.3.attn.hook_z")
            .withHeads(7)
            .withPositions(new TokenSet(Set.of(Role.STEM, Role.MATCH), List.of()));
    assertEquals(
        InterventionSpec.parse("zero blocks.3.attn.hook_z head=7 at=match,stem"),
        InterventionSpec.of(new Intervention(target, new Operation.Zero())));
  }

  /** The column is that of the caret, from 1. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          erase a            | 1  | expected an operation (zero, mean, resample, patch, add, scale, project-out, project-onto, noise, set, custom), got 'erase'
          zero               | 5  | expected a hook point after zero
          zero head=7        | 12 | expected a hook point after zero
          zero a hed=7       | 8  | zero has no setting 'hed'; did you mean head? Its settings are head, unit, at, keys, side
          zero a by=7        | 8  | zero has no setting 'by'
          zero a head=7 head=8 | 15 | head is given twice
          zero a head=7 b    | 15 | expected a setting such as head=7, got 'b'
          zero a head = 7    | 13 | expected a setting's name before =
          zero a head=       | 13 | expected a value after head=; no space is allowed around =
          zero a head=1,x    | 15 | expected a number from 0 or a range such as 3-5, got 'x'
          zero a head=L5H7   | 13 | expected a number from 0 or a range such as 3-5, got 'L5H7'; that is head=7 at a point of blocks.5
          zero a head=5-3    | 13 | a range goes up from 0 or more, got 5-3
          zero a head=-1     | 13 | expected a number from 0 or a range such as 3-5, got '-1'
          zero a at=cls,mach | 15 | expected all, passage, a role (cls, sep, query, match, stem, injected, filler, other, prompt), a position such as 0 or -1, or a range such as 3-5, got 'mach'
          zero a at=3-1      | 11 | a range of positions goes up, got 3-1
          zero a at=9999999  | 11 | a position is between -1000000 and 1000000
          zero a side=doc    | 13 | expected query, passage or pair, got 'doc'
          zero a$b           | 6  | expected a hook point or a glob
          zero a,,b          | 8  | expected a hook point before the comma
          scale a            | 8  | scale needs by=NUMBER
          scale a by=fast    | 12 | expected a number such as 2, -0.5 or 1e-3, got 'fast'
          scale a by=NaN     | 12 | expected a number such as
          scale a by=1e999   | 12 | expected a finite number, got '1e999'
          scale a by=0x1p3   | 12 | expected a number such as
          noise a std=-1 seed=1 | 13 | expected a standard deviation of at least 0, got -1.0
          noise a std=1      | 14 | noise needs seed=NUMBER
          noise a std=1 seed=1.5 | 20 | expected a whole number of 64 bits, got '1.5'
          mean a             | 7  | mean needs from=RECORDING
          mean a from=d per=word | 19 | expected position or role, got 'word'
          add a vector=dir   | 14 | expected random:SEED:NORM, FILE#NAME, FILE.npy or numbers such as [1,0,-0.5], got 'dir'
          add a vector=[1,]  | 14 | expected random:SEED:NORM, FILE#NAME, FILE.npy or numbers
          add a vector=random:7 | 14 | expected random:SEED:NORM, such as random:7:1.5
          add a vector=random:7:0 | 14 | the norm of a random vector must be greater than 0
          add a vector=random:x:1 | 14 | expected a whole number of 64 bits
          add a vector=[0,0] | 14 | a vector must not be zero
          add a vector=[1,1e999] | 14 | expected random:SEED:NORM, FILE#NAME, FILE.npy or numbers
          add a vector=[[1],[1,2]] | 14 | vectors must have the same length
          patch a from="d    | 14 | this quote is not closed
          patch a from="d\\n" | 16 | expected \\" or \\\\ in quotes
          zero a;            | 8  | expected an intervention
          zero a;; zero b    | 8  | expected an intervention, such as zero blocks.3.attn.hook_z head=7
          =7                 | 1  | expected an operation
          zero a =7          | 8  | expected a setting's name before =
          """)
  void anErrorPointsAtTheColumn(String line, int column, String message) {
    SpecSyntaxException e =
        assertThrows(SpecSyntaxException.class, () -> InterventionSpec.parse(line));
    String text = String.valueOf(e.getMessage());
    assertEquals(column, e.column(), text);
    assertTrue(text.startsWith("column " + column + ": " + message), text);
    String[] lines = text.split("\n");
    assertEquals("  " + line, lines[1]);
    assertEquals(" ".repeat(column + 1) + "^", lines[2]);
  }

  @Test
  void theCaretCountsCharactersAndTheLineIsClipped() {
    String line = "zero a at=" + "cls,".repeat(200) + "\ud83d\ude00";
    SpecSyntaxException e =
        assertThrows(SpecSyntaxException.class, () -> InterventionSpec.parse(line));
    String[] lines = String.valueOf(e.getMessage()).split("\n");
    assertEquals(811, e.column());
    assertEquals(103, lines[2].length());
    assertEquals("\ud83d\ude00", lines[1].substring(102));
    SpecSyntaxException after =
        assertThrows(
            SpecSyntaxException.class,
            () -> InterventionSpec.parse("patch a from=\ud83d\ude00\ud83d\ude00 par=1"));
    assertEquals(17, after.column());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"intervention": []} | expected nothing but the key interventions, got 'intervention'
          7 | expected a list of interventions, under the key interventions
          {} | expected a list of interventions, under the key interventions
          [7] | interventions[0]: expected an object or a line, got 7
          [{"points": "a"}] | interventions[0]: expected the key do, with an operation
          [{"do": "zero"}] | interventions[0]: expected a hook point after zero
          [{"do": "zero", "points": []}] | interventions[0]: expected a hook point after zero
          ["zero a", {"do": "erase", "points": "a"}] | interventions[1].do: expected an operation
          [{"do": "zero", "points": "a", "head": "x"}] | interventions[0].head: expected a number from 0
          [{"do": "zero", "points": "a", "head": 1.5}] | interventions[0].head: expected a number from 0
          [{"do": "zero", "points": "a", "head": null}] | interventions[0].head: expected text, a number or a list, got null
          [{"do": "zero", "points": "a", "head": {}}] | interventions[0].head: expected text, a number or a list, got {}
          [{"do": "zero", "points": "a", "at": []}] | interventions[0].at: expected all, passage, a role
          [{"do": "zero", "points": "a", "hed": 1}] | interventions[0].hed: zero has no setting 'hed'; did you mean head?
          [{"do": "scale", "points": "a"}] | interventions[0]: scale needs by=NUMBER
          ["zero a; zero b"] | interventions[0]: expected one intervention, got 'zero a; zero b'
          ["zero a hed=1"] | interventions[0], column 8: zero has no setting 'hed'
          """)
  void anErrorInJsonNamesThePath(String json, String message) {
    SpecSyntaxException e =
        assertThrows(
            SpecSyntaxException.class, () -> InterventionSpec.fromJson(JSON.readTree(json)));
    assertTrue(String.valueOf(e.getMessage()).startsWith(message), e.getMessage());
  }

  @Test
  void jsonTakesNumbersListsAndLines() throws IOException {
    String json =
        """
        {"interventions": [
          "zero blocks.3.attn.hook_z head=7",
          {"do": "add", "points": "hook_full_embed", "at": ["match", 0, "3-5"], "vector": [1, 0.5]},
          {"do": "noise", "points": ["a", "b"], "head": [1, 2], "unit": 4, "std": 0.1, "seed": 9}]}
        """;
    assertEquals(
        "zero blocks.3.attn.hook_z head=7"
            + "; add hook_full_embed at=match,0,3-5 vector=[1,0.5] dose=1"
            + "; noise a,b head=1-2 unit=4 std=0.1 seed=9",
        InterventionSpec.fromJson(JSON.readTree(json)).toString());
  }

  /** What may only be refused, and with little work. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "zero a head=99999999999999999999",
        "zero a unit=0-99999999",
        "zero a at=-99999999999",
        "noise a std=1 seed=99999999999999999999",
        "add a vector=[[[[[[1]]]]]]",
        "add a vector=#",
        "patch a from=\"\"",
        "zero \u0000",
        "patch a from=\"x\ny\"",
        "zero \"a head=7",
      })
  void hostileLinesAreRefused(String line) {
    Work work = Work.begin();
    assertThrows(SpecSyntaxException.class, () -> InterventionSpec.parse(line), line);
    work.within(line, Duration.ofSeconds(5), 10_000_000);
  }

  @Test
  void longLinesTakeNoMoreThanTheirLength() {
    String many = "zero a" + "; zero a".repeat(50_000);
    String point = "zero " + "*a".repeat(50_000);
    String number = "scale a by=" + "9".repeat(1_000_000);
    String word = "x".repeat(5_000_000);
    Work work = Work.begin();
    assertEquals(50_001, InterventionSpec.parse(many).interventions().size());
    work.within("many", Duration.ofSeconds(20), 2000L * many.length());
    for (String line : List.of(point, number, word)) {
      Work refusing = Work.begin();
      SpecSyntaxException e =
          assertThrows(SpecSyntaxException.class, () -> InterventionSpec.parse(line));
      refusing.within(line.substring(0, 10), Duration.ofSeconds(20), 2000L * line.length());
      assertTrue(String.valueOf(e.getMessage()).length() < 1000, "the message stays short");
    }
  }
}
