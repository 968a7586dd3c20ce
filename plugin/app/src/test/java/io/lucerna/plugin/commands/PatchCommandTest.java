package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.plugin.FakePairs;
import io.lucerna.plugin.FakeSweeper;
import io.lucerna.plugin.PatchShell;
import io.lucerna.plugin.Shell;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.studies.patch.HeadEffects;
import io.lucerna.studies.patch.HeadMaps;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.PairDraw;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

class PatchCommandTest {
  private static final List<ContrastPair> PAIRS = FakePairs.some(60);

  @TempDir Path temporary;

  /** The bytes of all files, by name. */
  private static void assertSame(Path one, Path two) throws IOException {
    Map<String, byte[]> first = PatchShell.contents(one);
    Map<String, byte[]> second = PatchShell.contents(two);
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, bytes) -> assertArrayEquals(bytes, second.get(name), name));
  }

  private static String[] kind(String name) {
    return switch (name) {
      case "head-pos" -> new String[] {"-sweep", name, "-heads", "L0H9,1.6", "-rounds", "50"};
      case "neuron" -> new String[] {"-sweep", name, "-layer", "3", "-rounds", "50"};
      default -> new String[] {"-sweep", name, "-rounds", "50"};
    };
  }

  private static String[] with(String[] some, String... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(strings = {"block", "resid", "attn", "mlp", "head", "head-pos", "neuron"})
  void theSameSeedGivesTheSameFiles(String kind) throws IOException {
    List<ContrastPair> some = PAIRS.subList(0, 24);
    PatchShell.succeed(some, temporary.resolve("one"), with(kind(kind), "-direction", "both"));
    PatchShell.succeed(some, temporary.resolve("two"), with(kind(kind), "-direction", "both"));
    assertSame(temporary.resolve("one"), temporary.resolve("two"));
    boolean positions = kind.equals("block") || kind.equals("head-pos");
    List<String> wanted =
        new ArrayList<>(
            List.of(
                "journal.jsonl",
                "manifest.json",
                "pairs.csv",
                "effects.csv",
                "aggregates.csv",
                "controls.csv",
                "excluded.csv",
                "report.html",
                "summary.md"));
    for (String direction : List.of("denoise", "noise")) {
      wanted.addAll(List.of("patched." + direction + ".npy", "scores." + direction + ".npy"));
      for (String aggregate : List.of("ratio-of-sums", "mean-of-ratios", "median", "mean-robust")) {
        wanted.add("heatmap." + direction + "." + aggregate + ".svg");
        wanted.add("heatmap." + direction + "." + aggregate + ".png");
      }
      if (kind.equals("head")) {
        wanted.add("heads." + direction + ".csv");
      }
      if (positions) {
        wanted.add("roles." + direction + ".npy");
        for (int i = 1; i <= 3; i++) {
          wanted.add("tokens." + direction + "." + i + ".svg");
          wanted.add("tokens." + direction + "." + i + ".png");
        }
      }
    }
    wanted.sort(null);
    assertEquals(wanted, List.copyOf(PatchShell.contents(temporary.resolve("one")).keySet()));
  }

  /** Whatever the paragraph for a paper names is in the manifest. */
  @Test
  void theMethodsSayWhatTheManifestSays() throws IOException {
    Path study = temporary.resolve("study");
    PatchShell.succeed(PAIRS, study, with(kind("block"), "-direction", "both"));
    String summary = Files.readString(study.resolve("summary.md")).replace("\\", "");
    JsonNode json = new ObjectMapper().readTree(study.resolve("manifest.json").toFile());
    assertTrue(summary.startsWith("# Patching study: block sweep of fake\n\n    denoise: floor "));
    for (String said :
        List.of(
            "(SHA-256 " + json.at("/pairs/sha256").asText().substring(0, 12) + ")",
            "weights with SHA-256 00ff)",
            String.format(
                Locale.ROOT,
                "must change by at least 10%% of the median change, which leaves %d pairs (a change of at"
                    + " least %.3g). Of ",
                json.at("/counts/noise/used").asInt(),
                json.at("/counts/noise/floor").asDouble()),
            "Of "
                + json.at("/counts/pairs").asInt()
                + " pairs, "
                + json.at("/counts/swept").asInt()
                + " could be",
            "(50 rounds, seed 42)",
            "averaged within a pair over the tokens of one role",
            "gave the score of the donor.")) {
      assertTrue(summary.contains(said), said + " is not in: " + summary);
    }
    assertFalse(summary.contains("drawn ("), "all pairs are taken: " + summary);
  }

  private static JsonNode manifest(Path folder) throws IOException {
    return new ObjectMapper().readTree(folder.resolve("manifest.json").toFile());
  }

  /** The lead is about the numbers that lead. */
  @ParameterizedTest
  @ValueSource(strings = {"ratio", "robust"})
  void thePageSaysWhatAnEffectIsAndWhatTheFloorCameTo(String how) throws IOException {
    Path folder = temporary.resolve("study");
    Shell shell = PatchShell.succeed(both(), folder, with(kind("head"), "-normalise", how));
    String page = Files.readString(folder.resolve("report.html"));
    assertEquals(how.equals("ratio"), page.contains("An effect is the share of the way from"));
    assertEquals(how.equals("robust"), page.contains("divided by sqrt(1 + change^2), where"));
    List<String> floors = shell.err().lines().filter(line -> line.contains(": floor ")).toList();
    assertEquals(BOTH.size(), floors.size(), shell.err());
    for (String floor : floors) {
      assertTrue(page.contains("<p class=\"quiet\">" + floor + "</p>"), floor);
    }
  }

  /** PAIRS as a table, with what follows the grade. */
  private Path table(String name, String columns, UnaryOperator<String> ending) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("qid\tquery\tdocid\tbase\tperturbed\tgrade" + columns);
    for (ContrastPair pair : PAIRS) {
      String grade = pair.grade().isPresent() ? "" + pair.grade().getAsInt() : "";
      lines.add(
          String.join(
                  "\t",
                  pair.qid(),
                  pair.query(),
                  pair.docid(),
                  pair.base(),
                  pair.perturbed(),
                  grade)
              + ending.apply(pair.docid()));
    }
    return Files.write(temporary.resolve(name), lines);
  }

  private static Set<String> axioms(Path folder) throws IOException {
    Set<String> axioms = new TreeSet<>();
    HeadMaps.read(folder.resolve("heads.denoise.csv"))
        .maps()
        .keySet()
        .forEach(map -> axioms.add(map.axiom()));
    return axioms;
  }

  /** Whether the command says it or the table does; also of a study that was made without. */
  @Test
  void aTableIsAStudyOfWhatItsPairsAreCalled() throws IOException {
    Path unnamed = table("unnamed.tsv", "", docid -> "");
    Path named = table("named.tsv", "\tperturbation", docid -> "\tTFC1");
    String[] called = with(kind("head"), "-perturbation", "tfc1");
    Path folder = temporary.resolve("study");
    Shell shell = PatchShell.run(unnamed, folder, called);
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertTrue(shell.err().contains("TFC1: the score rises, as the axiom says, in "), shell.err());
    assertEquals(Set.of("TFC1"), axioms(folder));
    assertEquals(72, HeadEffects.read(folder + ":TFC1").effects().size());
    assertEquals("TFC1", manifest(folder).at("/pairs/perturbation").asText());
    Path column = temporary.resolve("column");
    assertEquals(ExitCode.DONE, PatchShell.run(named, column, kind("head")).code());
    for (String file : List.of("aggregates.csv", "heads.denoise.csv", "pairs.csv")) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve(file)), Files.readAllBytes(column.resolve(file)), file);
    }
    Path before = temporary.resolve("before");
    Shell without = PatchShell.run(unnamed, before, kind("head"));
    assertTrue(without.err().contains("custom: the score rises in "), without.err());
    assertEquals(Set.of("custom"), axioms(before));
    assertFalse(manifest(before).path("pairs").has("perturbation"));
    Shell resumed = PatchShell.run(unnamed, before, with(called, "-resume"));
    assertTrue(resumed.err().contains("60 of 60 pairs done already"), resumed.err());
    assertSame(folder, before);
  }

  @Test
  void aTableOfSeveralPerturbationsHasAMapOfEach() throws IOException {
    Path mixed =
        table(
            "mixed.tsv",
            "\tperturbation",
            docid -> docid.matches(".*[02468]") ? "\tTFC1" : "\tLNC1");
    Path folder = temporary.resolve("study");
    Shell shell = PatchShell.run(mixed, folder, kind("head"));
    assertEquals(ExitCode.DONE, shell.code(), shell.err());
    assertEquals(Set.of("LNC1", "TFC1"), axioms(folder));
    assertTrue(shell.err().contains("LNC1: the score does not rise, as the axiom says, in "));
    assertTrue(Files.exists(folder.resolve("heatmap.denoise.median.LNC1.svg")));
    assertFalse(Files.readString(folder.resolve("aggregates.csv")).contains(",all,"));
    Path other = temporary.resolve("other");
    Shell called = PatchShell.run(mixed, other, with(kind("head"), "-perturbation", "TDC"));
    assertEquals(ExitCode.INPUT, called.code(), called.err());
    assertTrue(
        called.err().contains("mixed.tsv:1: the pairs say themselves what their perturbation is"),
        called.err());
    assertFalse(Files.exists(other));
    Path unnamed = table("unnamed.tsv", "", docid -> "");
    Shell typo = PatchShell.run(unnamed, other, with(kind("head"), "-perturbation", "TCF1"));
    assertEquals(ExitCode.DONE, typo.code(), typo.err());
    assertTrue(typo.err().contains("so no axiom applies; did you mean TFC1?"), typo.err());
  }

  @Test
  void anotherSeedGivesOtherIntervals() throws IOException {
    PatchShell.succeed(PAIRS, temporary.resolve("one"), kind("head"));
    PatchShell.succeed(PAIRS, temporary.resolve("two"), with(kind("head"), "-seed", "43"));
    assertFalse(
        Arrays.equals(
            PatchShell.contents(temporary.resolve("one")).get("aggregates.csv"),
            PatchShell.contents(temporary.resolve("two")).get("aggregates.csv")));
  }

  /**
   * Broken off after some pairs, with a torn last line, as kill -9 in the middle of one leaves it.
   */
  @ParameterizedTest
  @ValueSource(strings = {"block", "head"})
  void aResumedStudyEqualsAnUninterruptedOne(String kind) throws IOException {
    Path whole = temporary.resolve("whole");
    Path broken = temporary.resolve("broken");
    PatchShell.succeed(PAIRS, whole, kind(kind));
    for (int pairs : new int[] {0, 1, 25}) {
      String[] options = pairs == 0 ? kind(kind) : with(kind(kind), "-resume");
      Shell stopped =
          PatchShell.run(
              (model, scorer, settings, console) -> new FakeSweeper(settings, pairs, 0),
              PAIRS,
              broken,
              options);
      assertEquals(ExitCode.FAILED, stopped.code());
      Files.writeString(
          broken.resolve("journal.jsonl"),
          "{\"pair\":\"p7\",\"base\":{\"pie",
          StandardOpenOption.APPEND);
    }
    Shell resumed = PatchShell.succeed(PAIRS, broken, with(kind(kind), "-resume"));
    assertTrue(resumed.err().contains("26 of 60 pairs done already"), resumed.err());
    assertSame(whole, broken);
    PatchShell.succeed(PAIRS, broken, with(kind(kind), "-resume"));
    assertSame(whole, broken);
  }

  /** Journals are torn everywhere in a test of their own. */
  @Test
  void aTornLastLineIsMended() throws IOException {
    List<ContrastPair> few = PAIRS.subList(0, 3);
    Path whole = temporary.resolve("whole");
    PatchShell.succeed(few, whole, kind("mlp"));
    byte[] journal = Files.readAllBytes(whole.resolve("journal.jsonl"));
    for (int length = 0; length < journal.length; length += 601) {
      Path torn = Files.createDirectory(temporary.resolve("torn" + length));
      Files.write(torn.resolve("journal.jsonl"), Arrays.copyOf(journal, length));
      PatchShell.succeed(few, torn, with(kind("mlp"), "-resume"));
      assertArrayEquals(journal, Files.readAllBytes(torn.resolve("journal.jsonl")), "at " + length);
    }
  }

  @Test
  void aStudyGoesOnOnlyWithItsOwnSettings() throws IOException {
    Path folder = temporary.resolve("study");
    PatchShell.succeed(PAIRS, folder, kind("head"));
    Shell again = PatchShell.run(PAIRS, folder, kind("head"));
    assertEquals(ExitCode.USAGE, again.code());
    assertTrue(
        again.err().contains("holds a study already; give -resume to resume it"), again.err());
    Shell other = PatchShell.run(PAIRS, folder, with(kind("head"), "-resume", "-filler", "the"));
    assertEquals(ExitCode.FAILED, other.code());
    assertTrue(other.err().contains("was made with filler a, not the: give the"), other.err());
    Shell floor = PatchShell.succeed(PAIRS, folder, with(kind("head"), "-resume", "-floor", "0.3"));
    assertTrue(floor.err().contains("60 of 60 pairs done already"), floor.err());
    Path fresh = temporary.resolve("fresh");
    PatchShell.succeed(PAIRS, fresh, with(kind("head"), "-floor", "0.3"));
    assertSame(fresh, folder);
  }

  @Test
  void aDamagedJournalIsNotTrusted() throws IOException {
    Path folder = temporary.resolve("study");
    PatchShell.succeed(PAIRS, folder, kind("head"));
    Path journal = folder.resolve("journal.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(journal));
    lines.set(5, lines.get(5).substring(0, 40));
    Files.write(journal, lines);
    Shell shell = PatchShell.run(PAIRS, folder, with(kind("head"), "-resume"));
    assertEquals(ExitCode.FAILED, shell.code());
    assertTrue(shell.err().contains("journal.jsonl: line 6 is not JSON"), shell.err());
  }

  @Test
  void pairsThatDoNotCountAreCountedAndListed() throws IOException {
    Path folder = temporary.resolve("study");
    Shell shell = PatchShell.succeed(PAIRS, folder, kind("head"));
    assertTrue(
        shell
            .err()
            .contains(
                "52 pairs of 12 queries, mean change 0.3325; excluded: 2 (the score changes by"
                    + " less than the floor), 3 (the score does not change), 3 (truncated);"
                    + " strongest"),
        shell.err());
    List<String> lines = Files.readAllLines(folder.resolve("excluded.csv"));
    assertEquals("pair,qid,docid,direction,reason,detail", lines.getFirst());
    assertEquals(1 + 8, lines.size());
    assertEquals(
        "p13,q2,long13,,truncated,a passage is longer than 512 tokens allow", lines.get(1));
    assertTrue(
        lines.stream().anyMatch(l -> l.equals("p7,q1,flat7,denoise,the score does not change,")),
        lines.toString());
    assertTrue(
        lines.stream()
            .anyMatch(
                l ->
                    l.matches(
                        "p3,q0,tiny3,denoise,the score changes by less than the floor,\"change .*")),
        lines.toString());
  }

  private static final List<String> BOTH = List.of("ADD:idf", "LNC1");

  private static List<ContrastPair> both() {
    List<ContrastPair> all = new ArrayList<>();
    PAIRS.forEach(pair -> all.add(FakePairs.named(pair, BOTH.get(all.size() % 3 == 0 ? 0 : 1))));
    return all;
  }

  /** The rows of a table that are of one perturbation, as a study of that alone has them. */
  private static List<String> rows(Path folder, String table, String perturbation)
      throws IOException {
    return Files.readAllLines(folder.resolve(table)).stream()
        .filter(line -> line.contains(perturbation))
        .map(line -> line.replace(",perturbation," + perturbation + ",", ",all,all,"))
        .map(line -> line.replace(",perturbation+", ",").replace("," + perturbation + "+", ","))
        .toList();
  }

  private static List<String> said(Shell shell, String perturbation) {
    List<String> said = new ArrayList<>();
    boolean own = false;
    for (String line : shell.err().lines().toList()) {
      own = line.startsWith("  ") ? own : line.contains(perturbation);
      if (own) {
        said.add(line.replace(", " + perturbation + ":", ":"));
      }
    }
    return said;
  }

  @ParameterizedTest
  @ValueSource(strings = {"block", "head"})
  void everyPerturbationIsAStudyOfItsOwn(String kind) throws IOException {
    String[] options = with(kind(kind), "-floor", "60%", "-direction", "both");
    Path folder = temporary.resolve("both");
    Shell shell = PatchShell.succeed(both(), folder, options);
    for (String name : BOTH) {
      List<ContrastPair> own = both().stream().filter(p -> p.perturbation().equals(name)).toList();
      Path alone = temporary.resolve(name.substring(0, 3));
      Shell one = PatchShell.succeed(own, alone, options);
      List<String> aggregates = Files.readAllLines(alone.resolve("aggregates.csv"));
      assertEquals(
          aggregates.subList(1, aggregates.size()), rows(folder, "aggregates.csv", name), name);
      for (String direction : List.of("denoise", "noise")) {
        String heads = "heads." + direction + ".csv";
        if (kind.equals("head")) {
          assertEquals(rows(alone, heads, name), rows(folder, heads, name));
        }
      }
      int pictures = 0;
      for (Map.Entry<String, byte[]> file : PatchShell.contents(alone).entrySet()) {
        if (file.getKey().endsWith(".png")) {
          String ending = "." + name.replace(':', '-') + ".png";
          Path mine = folder.resolve(file.getKey().replace(".png", ending));
          assertArrayEquals(file.getValue(), Files.readAllBytes(mine), file.getKey());
          assertTrue(Files.exists(Path.of(mine.toString().replace(".png", ".svg"))));
          assertFalse(Files.exists(folder.resolve(file.getKey())), file.getKey());
          pictures++;
        }
      }
      assertEquals(kind.equals("head") ? 8 : 14, pictures);
      List<String> expected =
          one.err()
              .lines()
              .filter(line -> !line.startsWith("wrote") && !line.startsWith("patching"))
              .toList();
      assertEquals(expected, said(shell, name));
      JsonNode controls = manifest(alone).at("/controls/noise");
      for (String median :
          List.of("unrelated_median_effect", "pairs_with_filler", "filler_median_effect_base")) {
        assertTrue(controls.path(median).isNumber(), median);
        assertEquals(
            controls.path(median),
            manifest(folder).at("/controls/noise").path(median).path(name),
            median);
      }
      assertTrue(
          Files.readString(folder.resolve("report.html"))
              .contains("noise, " + name + ": filler alone"));
    }
    assertTrue(shell.err().contains("ADD:idf: the score rises in "), shell.err());
    assertTrue(shell.err().contains("LNC1: the score does not rise, as the axiom says, in "));
    assertFalse(Files.readString(folder.resolve("aggregates.csv")).contains(",all,"));
  }

  @Test
  void perturbationsArePooledOnRequest() throws IOException {
    Path folder = temporary.resolve("both");
    Path pooled = temporary.resolve("pooled");
    List<ContrastPair> pairs = new ArrayList<>(both());
    pairs.replaceAll(p -> p.perturbation().equals("LNC1") ? p : FakePairs.named(p, "AGAINST"));
    Shell apart = PatchShell.succeed(pairs, folder, kind("head"));
    assertFalse(apart.err().contains("warning"), apart.err());
    Shell shell = PatchShell.succeed(pairs, pooled, with(kind("head"), "-pool"));
    Map<String, byte[]> more = PatchShell.contents(pooled);
    PatchShell.contents(folder)
        .forEach(
            (name, bytes) -> {
              if (name.endsWith("png") || name.startsWith("heads")) {
                assertArrayEquals(bytes, more.get(name), name);
              }
            });
    assertTrue(more.containsKey("heatmap.denoise.ratio-of-sums.png"));
    List<String> own = rows(folder, "aggregates.csv", "+");
    assertEquals(own, rows(pooled, "aggregates.csv", "+"));
    assertFalse(own.isEmpty());
    assertTrue(shell.err().contains("\ndenoise, all pairs pooled: 5"), shell.err());
    assertTrue(
        shell.err().contains("warning: denoise: signs differ in L3H8 (AGAINST -0.27"), shell.err());
    assertTrue(Files.readString(pooled.resolve("report.html")).contains("<b>warning: denoise: "));
    PatchShell.succeed(pairs, pooled, with(kind("head"), "-resume"));
    assertSame(folder, pooled);
    Path alone = temporary.resolve("alone");
    PatchShell.succeed(PAIRS, alone, kind("head"));
    PatchShell.succeed(PAIRS, temporary.resolve("alone-pooled"), with(kind("head"), "-pool"));
    assertArrayEquals(
        PatchShell.contents(alone).get("aggregates.csv"),
        PatchShell.contents(temporary.resolve("alone-pooled")).get("aggregates.csv"));
  }

  @Test
  void aPerturbationWithoutPairsIsSaid() throws IOException {
    List<ContrastPair> pairs =
        PAIRS.stream()
            .map(p -> FakePairs.named(p, p.docid().startsWith("flat") ? "LNC2" : "TFC1"))
            .toList();
    Path folder = temporary.resolve("study");
    Shell shell = PatchShell.succeed(pairs, folder, kind("head"));
    assertTrue(
        shell.err().contains("denoise, LNC2: no pair is left: 3 (the score does not change)"),
        shell.err());
    assertTrue(Files.exists(folder.resolve("heatmap.denoise.median.TFC1.svg")));
    assertFalse(Files.exists(folder.resolve("heatmap.denoise.median.LNC2.svg")));
    List<ContrastPair> clash =
        PAIRS.stream()
            .map(p -> FakePairs.named(p, p.grade().orElse(0) > 0 ? "A:b" : "A b"))
            .toList();
    PatchShell.succeed(clash, temporary.resolve("clash"), kind("head"));
    assertTrue(Files.exists(temporary.resolve("clash/heatmap.denoise.median.A-b.svg")));
    assertTrue(Files.exists(temporary.resolve("clash/heatmap.denoise.median.A-b-2.svg")));
  }

  @Test
  void withoutAnyPairTheCommandFails() throws IOException {
    List<ContrastPair> none =
        PAIRS.stream()
            .filter(p -> p.docid().startsWith("long") || p.docid().startsWith("flat"))
            .toList();
    Path folder = temporary.resolve("study");
    Shell shell = PatchShell.run(none, folder, kind("block"));
    assertEquals(ExitCode.FAILED, shell.code());
    assertTrue(
        shell
            .err()
            .contains("no pair is left of 6: 3 (the score does not change), 3 (truncated); see"),
        shell.err());
    assertEquals(7, Files.readAllLines(folder.resolve("excluded.csv")).size());
    assertFalse(Files.exists(folder.resolve("aggregates.csv")));
    List<ContrastPair> unusable = PAIRS.stream().filter(p -> p.docid().startsWith("long")).toList();
    Shell lost = PatchShell.run(unusable, temporary.resolve("lost"), kind("block"));
    assertEquals(ExitCode.FAILED, lost.code());
    assertTrue(lost.err().contains("no pair is left of 3: 3 (truncated)"), lost.err());
  }

  @Test
  void controlsThatDoNotHoldFailTheCommand() throws IOException {
    Path folder = temporary.resolve("study");
    Shell shell =
        PatchShell.run(
            (model, scorer, settings, console) -> new FakeSweeper(settings, 1000, 0.5f),
            PAIRS,
            folder,
            kind("head"));
    assertEquals(ExitCode.FAILED, shell.code());
    assertTrue(
        shell.err().contains("the controls failed: denoise: an empty patch moves the score"),
        shell.err());
    assertTrue(Files.readString(folder.resolve("report.html")).contains("FAILS"));
  }

  @Test
  void optionsAreCheckedBeforeTheModelIsOpened() throws IOException {
    Map<String, String[]> wrong = new TreeMap<>();
    wrong.put(
        "sweep must be one of block, resid, attn, mlp, head, head-pos, neuron, got row",
        new String[] {"-sweep", "row"});
    wrong.put("a neuron sweep needs a layer", new String[] {"-sweep", "neuron"});
    wrong.put(
        "only a neuron sweep chooses a layer, not mlp",
        new String[] {"-sweep", "mlp", "-layer", "1"});
    wrong.put("a head-pos sweep needs heads, such as L0H9", new String[] {"-sweep", "head-pos"});
    wrong.put(
        "only a head-pos sweep chooses heads, not head",
        new String[] {"-sweep", "head", "-heads", "L0H9"});
    wrong.put(
        "a head is written by its layer and number, such as L1H6; got 16",
        new String[] {"-sweep", "head-pos", "-heads", "16"});
    wrong.put(
        "-direction must be denoise, noise or both, got up",
        new String[] {"-sweep", "head", "-direction", "up"});
    wrong.put(
        "side must be query or passage, got left",
        new String[] {"-sweep", "head", "-side", "left"});
    wrong.put(
        "floor must be 0 or more, or a percentage, got -1",
        new String[] {"-sweep", "head", "-floor", "-1"});
    wrong.put(
        "floor must be 0 or more, or a percentage, got ten%",
        new String[] {"-sweep", "head", "-floor", "ten%"});
    wrong.put("rounds must be at least 1, got 0", new String[] {"-sweep", "head", "-rounds", "0"});
    wrong.put(
        "-maxPairs must be at least 1, got 0", new String[] {"-sweep", "head", "-maxPairs", "0"});
    wrong.put(
        "method must be exact, or an estimate: atp, atp-qk, ig:N (1 to 9999 steps) or frozen, got lrp",
        new String[] {"-sweep", "head", "-method", "lrp"});
    wrong.put(
        "a method is named twice: atp, atp",
        new String[] {"-sweep", "head", "-method", "atp", "-method", "atp"});
    wrong.put(
        "a perturbation is called by one word",
        new String[] {"-sweep", "head", "-perturbation", "two words"});
    wrong.put(
        "perturbation 'TFC1:middling': a place is",
        new String[] {"-sweep", "head", "-perturbation", "TFC1:middling"});
    wrong.put(
        "-plain is for -method exact alone",
        new String[] {"-sweep", "head", "-method", "atp", "-plain"});
    wrong.put(
        "check is for estimates alone: exact sweeps all pairs",
        new String[] {"-sweep", "head", "-check", "5"});
    wrong.put(
        "check must be 0 or more, got -1",
        new String[] {"-sweep", "head", "-method", "atp", "-check", "-1"});
    for (Map.Entry<String, String[]> each : wrong.entrySet()) {
      Shell shell =
          PatchShell.run(
              (model, scorer, settings, console) -> {
                throw new AssertionError("opened");
              },
              PAIRS,
              temporary.resolve("study"),
              each.getValue());
      assertEquals(ExitCode.USAGE, shell.code(), shell.err());
      assertTrue(shell.err().contains(each.getKey()), shell.err());
      assertFalse(Files.exists(temporary.resolve("study")));
    }
  }

  @Test
  void drawnPairsAreSweptAndAnotherDrawResumes() throws IOException {
    Path folder = temporary.resolve("study");
    Shell shell = PatchShell.succeed(PAIRS, folder, with(kind("mlp"), "-maxPairs", "10"));
    assertTrue(
        shell.err().contains("10 of " + PAIRS.size() + " pairs drawn by seed 42"), shell.err());
    String drawing =
        "Of the 60 pairs of the file, 10 were drawn (seed 42), evenly over topics. Of 10 pairs, ";
    assertTrue(Files.readString(folder.resolve("summary.md")).contains(drawing));
    assertEquals(60, manifest(folder).at("/pairs/count").asInt());
    assertEquals(10, manifest(folder).at("/pairs/maxPairs").asInt());
    List<String> journal = Files.readAllLines(folder.resolve("journal.jsonl"));
    assertEquals(2 + 10, journal.size());
    byte[] few = PatchShell.contents(folder).get("aggregates.csv");
    Set<String> drawn = PairDraw.ids(PAIRS.stream().map(PairDraw.Key::of).toList(), 10, 42);
    for (String id : drawn) {
      assertTrue(journal.stream().anyMatch(line -> line.contains('"' + id + '"')), id);
    }
    PatchShell.succeed(PAIRS, folder, with(kind("mlp"), "-resume", "-maxPairs", "20"));
    Path fresh = temporary.resolve("fresh");
    PatchShell.succeed(PAIRS, fresh, with(kind("mlp"), "-maxPairs", "20"));
    assertArrayEquals(
        PatchShell.contents(fresh).get("aggregates.csv"),
        PatchShell.contents(folder).get("aggregates.csv"));
    PatchShell.succeed(PAIRS, folder, with(kind("mlp"), "-resume", "-maxPairs", "10"));
    assertArrayEquals(few, PatchShell.contents(folder).get("aggregates.csv"));
    assertEquals(2 + 20, Files.readAllLines(folder.resolve("journal.jsonl")).size());
  }

  /** Every SVG is XML, whatever the tokens, and every PNG is an image of the same shape. */
  @Test
  void picturesAreWellFormed() throws Exception {
    Path folder = temporary.resolve("study");
    PatchShell.succeed(PAIRS, folder, kind("block"));
    int pictures = 0;
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    StringBuilder all = new StringBuilder();
    for (Map.Entry<String, byte[]> file : PatchShell.contents(folder).entrySet()) {
      if (file.getKey().endsWith(".svg")) {
        pictures++;
        Path svg = folder.resolve(file.getKey());
        all.append(Files.readString(svg));
        Document document;
        try (InputStream in = Files.newInputStream(svg)) {
          document = factory.newDocumentBuilder().parse(in);
        }
        assertEquals(0, document.getElementsByTagNameNS("*", "script").getLength());
        assertEquals(0, document.getElementsByTagNameNS("*", "image").getLength());
        double width =
            Double.parseDouble(
                document.getDocumentElement().getAttribute("width").replace("pt", ""));
        Path png = folder.resolve(file.getKey().replace(".svg", ".png"));
        int pixels = ImageIO.read(png.toFile()).getWidth();
        assertEquals((int) Math.ceil(3 * width), pixels, 1);
      }
    }
    assertEquals(7, pictures);
    assertTrue(all.toString().contains("&lt;script&gt;"), "the hostile query is shown as text");
  }
}
