package io.lucerna.plugin.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Correlation;
import io.lucerna.plugin.FakePairs;
import io.lucerna.plugin.PatchShell;
import io.lucerna.plugin.Shell;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a study tell one story. */
class PatchFilesTest {
  private static final Pattern NPY =
      Pattern.compile(
          "\\{'descr': '(<f4|\\|i1)', 'fortran_order': False, 'shape': \\(([0-9, ]+)\\), \\} *\n");

  @TempDir Path temporary;

  /** An array of NumPy's format 1.0, read by its specification. */
  private record Array(String type, int[] shape, double[] values) {
    static Array read(Path file) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      byte[] magic = new byte[8];
      bytes.get(magic);
      assertArrayEquals(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}, magic);
      byte[] header = new byte[bytes.getShort()];
      bytes.get(header);
      assertEquals(0, bytes.position() % 64, "data are aligned");
      Matcher form = NPY.matcher(new String(header, StandardCharsets.US_ASCII));
      assertTrue(form.matches());
      int[] shape = Arrays.stream(form.group(2).split(", *")).mapToInt(Integer::parseInt).toArray();
      double[] values = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
      for (int i = 0; i < values.length; i++) {
        values[i] = form.group(1).equals("<f4") ? bytes.getFloat() : bytes.get();
      }
      assertEquals(0, bytes.remaining());
      return new Array(form.group(1), shape, values);
    }
  }

  private static List<CSVRecord> table(Path file) throws IOException {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader reader = Files.newBufferedReader(file);
        CSVParser parser = format.parse(reader)) {
      return parser.getRecords();
    }
  }

  private Path study(String kind, String... more) throws IOException {
    Path folder = temporary.resolve(kind);
    List<String> options =
        new ArrayList<>(List.of("-sweep", kind, "-direction", "both", "-rounds", "50"));
    options.addAll(List.of(more));
    PatchShell.succeed(FakePairs.some(60), folder, options.toArray(String[]::new));
    return folder;
  }

  /** Cells of both directions, by pair, in the order of the table. */
  private static Map<String, List<CSVRecord>> byPair(List<CSVRecord> rows) {
    Map<String, List<CSVRecord>> pairs = new LinkedHashMap<>();
    rows.forEach(
        row ->
            pairs
                .computeIfAbsent(
                    row.get("direction") + " " + row.get("pair"), p -> new ArrayList<>())
                .add(row));
    return pairs;
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "block"})
  void arraysAndTablesHoldTheSameNumbers(String kind) throws IOException {
    Path folder = study(kind);
    Map<String, List<CSVRecord>> cells = byPair(table(folder.resolve("effects.csv")));
    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("manifest.json").toFile());
    for (JsonNode array : manifest.path("arrays")) {
      Array read = Array.read(folder.resolve(array.path("file").asText()));
      assertEquals(array.path("type").asText(), read.type);
      for (int i = 0; i < read.shape.length; i++) {
        assertEquals(array.path("shape").get(i).asInt(), read.shape[i]);
      }
    }
    for (CSVRecord pair : table(folder.resolve("pairs.csv"))) {
      String direction = pair.get("direction");
      Array patched = Array.read(folder.resolve("patched." + direction + ".npy"));
      Array scores = Array.read(folder.resolve("scores." + direction + ".npy"));
      int row = Integer.parseInt(pair.get("row"));
      double recipient = scores.values[2 * row];
      double donor = scores.values[2 * row + 1];
      assertEquals(Float.parseFloat(pair.get("recipient")), recipient);
      assertEquals(Float.parseFloat(pair.get("donor")), donor);
      assertEquals(Double.parseDouble(pair.get("change")), donor - recipient);
      int size = patched.values.length / patched.shape[0];
      double[] own = Arrays.copyOfRange(patched.values, row * size, (row + 1) * size);
      double[] there = Arrays.stream(own).filter(v -> !Double.isNaN(v)).toArray();
      List<CSVRecord> rows = Objects.requireNonNull(cells.get(direction + " " + pair.get("pair")));
      assertEquals(rows.size(), there.length);
      int longest = patched.shape[patched.shape.length - 1];
      for (int i = 0; i < there.length; i++) {
        CSVRecord cell = rows.get(i);
        assertEquals(Float.parseFloat(cell.get("patched")), there[i]);
        if (kind.equals("block")) {
          int position = Integer.parseInt(cell.get("position"));
          int outer = i / (rows.size() / (size / longest));
          assertEquals(there[i], own[outer * longest + position]);
        }
        if (pair.get("used").equals("1")) {
          assertEquals(
              Double.parseDouble(cell.get("effect")), (there[i] - recipient) / (donor - recipient));
        } else {
          assertEquals("", cell.get("effect"));
        }
      }
    }
  }

  /** Every aggregate, from the table of single effects alone. */
  @ParameterizedTest
  @ValueSource(strings = {"head", "block"})
  void aggregatesFollowFromTheSingleEffects(String kind) throws IOException {
    Path folder = study(kind);
    Map<String, List<CSVRecord>> cells = byPair(table(folder.resolve("effects.csv")));
    List<CSVRecord> pairs = table(folder.resolve("pairs.csv"));
    int checked = 0;
    for (CSVRecord row : table(folder.resolve("aggregates.csv"))) {
      if (checked++ % 7 != 0) {
        continue;
      }
      List<Double> ratios = new ArrayList<>();
      double robust = 0;
      double sum = 0;
      double changes = 0;
      for (CSVRecord pair : pairs) {
        String level =
            switch (row.get("stratum")) {
              case "grade" -> pair.get("grade").isEmpty() ? "none" : pair.get("grade");
              case "idf" -> pair.get("idf_band");
              default -> "all";
            };
        if (!pair.get("direction").equals(row.get("direction"))
            || !pair.get("used").equals("1")
            || !level.equals(row.get("level"))) {
          continue;
        }
        double[] effects =
            Objects.requireNonNull(cells.get(pair.get("direction") + " " + pair.get("pair")))
                .stream()
                .filter(cell -> matches(cell, row, kind))
                .mapToDouble(cell -> Double.parseDouble(cell.get("effect")))
                .toArray();
        if (effects.length > 0) {
          double change = Double.parseDouble(pair.get("change"));
          double mean = Arrays.stream(effects).average().orElseThrow();
          ratios.add(mean);
          sum += mean * change;
          robust += mean * change / Math.hypot(1, change);
          changes += change;
        }
      }
      ratios.sort(null);
      int n = ratios.size();
      assertEquals(Integer.parseInt(row.get("pairs")), n, row.toString());
      double expected =
          switch (row.get("statistic")) {
            case "ratio-of-sums" -> sum / changes;
            case "mean-of-ratios" -> ratios.stream().mapToDouble(r -> r).sum() / n;
            case "mean-robust" -> robust / n;
            default -> (ratios.get((n - 1) / 2) + ratios.get(n / 2)) / 2;
          };
      assertEquals(expected, Double.parseDouble(row.get("value")), 1e-12, row.toString());
      assertTrue(
          Double.parseDouble(row.get("ci_lower")) <= Double.parseDouble(row.get("ci_upper")));
    }
    assertTrue(checked > 500);
  }

  private static boolean matches(CSVRecord cell, CSVRecord row, String kind) {
    List<String> names =
        kind.equals("head")
            ? List.of("layer", "attention_head")
            : List.of("component", "layer", "role");
    return names.stream().allMatch(name -> cell.get(name).equals(row.get(name)));
  }

  /**
   * {@code L0H9} in words, and numbers of layer and head in tables, whichever axes the sweep has.
   */
  @ParameterizedTest
  @CsvSource({"head, ''", "head-pos, 'z, '"})
  void headsAreWrittenInOneWay(String kind, String before) throws IOException {
    Path folder = temporary.resolve(kind);
    List<String> options = new ArrayList<>(List.of("-sweep", kind, "-rounds", "50"));
    if (kind.equals("head-pos")) {
      options.addAll(List.of("-heads", "L0H9,1.6"));
    }
    Shell shell = PatchShell.succeed(FakePairs.some(20), folder, options.toArray(String[]::new));
    assertTrue(
        shell.err().lines().anyMatch(l -> l.matches("  " + before + "L\\dH\\d.*")), shell.err());
    for (String table : List.of("effects.csv", "aggregates.csv")) {
      for (CSVRecord row : table(folder.resolve(table))) {
        int layer = Integer.parseInt(row.get("layer"));
        int head = Integer.parseInt(row.get("attention_head"));
        assertTrue(
            kind.equals("head") || List.of(9, 106).contains(100 * layer + head), row.toString());
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().matches(".*(svg|html|csv)")).toList()) {
        String text = Files.readString(file);
        assertFalse(text.matches("(?s).*(layer \\d+,? head|head L?\\d).*"), file.toString());
        boolean words = file.toString().matches(".*(heatmap|tokens|report).*");
        assertEquals(words, text.contains(before + "L0H9"), file.toString());
        if (kind.equals("head-pos") && file.toString().endsWith("svg")) {
          assertTrue(text.contains("L0H9, L1H6 by position (z and pattern)"), file.toString());
        }
      }
    }
  }

  /** The levels of a stratum make up all pairs. */
  @Test
  void strataAreParts() throws IOException {
    Map<String, Integer> sums = new LinkedHashMap<>();
    for (CSVRecord row : table(study("mlp").resolve("aggregates.csv"))) {
      String key =
          row.get("direction") + row.get("layer") + row.get("statistic") + row.get("stratum");
      sums.merge(key, Integer.parseInt(row.get("pairs")), Integer::sum);
    }
    assertEquals(2 * 6 * 4 * 3, sums.size());
    sums.forEach((key, sum) -> assertEquals(52, sum, key));
  }

  @Test
  void headsInMechirsLayoutAreTheMeansOfRatios() throws IOException {
    Path folder = study("head");
    Map<String, String> means = new LinkedHashMap<>();
    for (CSVRecord row : table(folder.resolve("aggregates.csv"))) {
      if (row.get("direction").equals("denoise") && row.get("statistic").equals("mean-of-ratios")) {
        String grade = row.get("stratum").equals("all") ? "all" : "rel_" + row.get("level");
        if (!row.get("stratum").equals("idf") && !grade.equals("rel_none")) {
          means.put(
              "TFC1," + grade + "," + row.get("layer") + "," + row.get("attention_head"),
              row.get("value"));
        }
      }
    }
    Map<String, String> heads = new LinkedHashMap<>();
    for (CSVRecord row : table(folder.resolve("heads.denoise.csv"))) {
      assertEquals("fake", row.get("model"));
      heads.put(
          row.get("axiom")
              + ","
              + row.get("grade")
              + ","
              + row.get("layer")
              + ","
              + row.get("head"),
          row.get("value"));
    }
    assertEquals(5 * 72, heads.size());
    assertEquals(means, heads);
  }

  @Test
  void numpyReadsTheArrays() throws Exception {
    Path folder = study("block");
    Process python;
    try {
      python =
          new ProcessBuilder(
                  "python3",
                  "-c",
                  """
                  import csv, json, sys
                  try:
                      import numpy as np
                  except ImportError:
                      sys.exit(77)
                  folder = sys.argv[1]
                  patched = np.load(folder + '/patched.noise.npy', allow_pickle=False)
                  scores = np.load(folder + '/scores.noise.npy', allow_pickle=False)
                  roles = np.load(folder + '/roles.noise.npy', allow_pickle=False)
                  manifest = json.load(open(folder + '/manifest.json'))
                  rows = [r for r in csv.DictReader(open(folder + '/pairs.csv')) if r['direction'] == 'noise']
                  used = np.array([r['used'] == '1' for r in rows])
                  assert patched.dtype == np.float32 and roles.dtype == np.int8
                  moves = patched.astype(float) - scores[:, 0, None, None, None]
                  change = scores[:, 1].astype(float) - scores[:, 0]
                  match = manifest['roles'].index('match')
                  mask = np.where(roles == match, 1.0, np.nan)[:, None, None, :]
                  has = used & (roles == match).any(axis=1)
                  mean = np.nanmean((moves * mask)[has], axis=-1)
                  print(repr(float(mean[:, 1, 4].sum() / change[has].sum())))
                  """,
                  folder.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      System.err.println("PatchFilesTest: no python3, skipped");
      assumeTrue(false, "no python3");
      return;
    }
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = python.waitFor();
    if (code == 77) {
      System.err.println("PatchFilesTest: python3 has no numpy, skipped");
    }
    assumeTrue(code != 77);
    assertEquals(0, code, said);
    String last = said.strip().lines().reduce("", (a, b) -> b);
    String wanted =
        table(folder.resolve("aggregates.csv")).stream()
            .filter(
                row ->
                    row.get("direction").equals("noise")
                        && row.get("stratum").equals("all")
                        && row.get("component").equals("attn_out")
                        && row.get("layer").equals("4")
                        && row.get("role").equals("match")
                        && row.get("statistic").equals("ratio-of-sums"))
            .map(row -> row.get("value"))
            .findFirst()
            .orElseThrow();
    assertEquals(Double.parseDouble(wanted), Double.parseDouble(last), 1e-12, said);
  }

  /** Estimates beside the exact effects: each has all that the exact ones have. */
  @Test
  void methodsShareFilesAndAreCompared() throws IOException {
    Path alone = study("head");
    Path folder = temporary.resolve("methods");
    Shell shell = PatchShell.succeed(FakePairs.some(60), folder, methods("atp", "exact", "ig:5"));
    // The exact way comes first, whatever the order of the options, and as it is alone.
    List<String> exact = Files.readAllLines(alone.resolve("effects.csv"));
    List<String> all = Files.readAllLines(folder.resolve("effects.csv"));
    assertEquals(
        exact,
        all.stream().filter(l -> !l.contains("ise,atp,") && !l.contains("ise,ig:5,")).toList());
    assertEquals(3 * (exact.size() - 1), all.size() - 1);
    for (String file :
        List.of(
            "pairs.csv",
            "controls.csv",
            "excluded.csv",
            "patched.noise.npy",
            "heads.noise.csv",
            "heatmap.denoise.median.svg")) {
      assertArrayEquals(
          Files.readAllBytes(alone.resolve(file)), Files.readAllBytes(folder.resolve(file)), file);
    }
    for (String file :
        List.of(
            "patched.noise.ig-5.npy",
            "heads.denoise.atp.csv",
            "heatmap.denoise.ig-5.ratio-of-sums.svg")) {
      assertTrue(Files.exists(folder.resolve(file)), file);
    }
    List<CSVRecord> agreement = table(folder.resolve("agreement.csv"));
    assertEquals(6, agreement.size(), "two directions, three methods");
    CSVRecord own = agreement.getFirst();
    assertEquals(
        "denoise exact 1.0 1.0 1.0",
        own.get("direction")
            + " "
            + own.get("method")
            + " "
            + own.get("spearman")
            + " "
            + own.get("top10")
            + " "
            + own.get("signs"));
    for (CSVRecord row : agreement) {
      assertEquals(
          List.of("3.0", "1.0", "0.25"),
          List.of(row.get("forwards"), row.get("backwards"), row.get("seconds")));
      double[][] sums = sums(folder, row.get("direction"), row.get("method"));
      assertEquals(
          Correlation.pearson(sums[1], sums[0]), Double.parseDouble(row.get("pearson")), 1e-9);
      assertEquals(
          Correlation.spearman(sums[1], sums[0]), Double.parseDouble(row.get("spearman")), 1e-9);
    }
    assertTrue(shell.err().contains("\ndenoise by atp against exact, 5"), shell.err());
    String page = Files.readString(folder.resolve("report.html"));
    assertTrue(page.contains("<option value=\"1\">denoise by atp</option>"));
    assertTrue(page.contains("id=\"map-noise-ig-5\""));
    // The journal has what the clock said: the same files again.
    Map<String, byte[]> before = PatchShell.contents(folder);
    PatchShell.succeed(
        FakePairs.some(60), folder, with(methods("atp", "exact", "ig:5"), "-resume"));
    PatchShell.contents(folder)
        .forEach((name, bytes) -> assertArrayEquals(before.get(name), bytes, name));
  }

  /** Without an exact sweep of all pairs, that of some checks. */
  @Test
  void someOfThePairsCheckEstimates() throws IOException {
    Path folder = temporary.resolve("checked");
    Path whole = temporary.resolve("whole");
    PatchShell.succeed(FakePairs.some(60), folder, with(methods("atp"), "-check", "12"));
    PatchShell.succeed(FakePairs.some(60), whole, methods("atp", "exact"));
    assertFalse(Files.readString(folder.resolve("effects.csv")).contains(",exact,"));
    assertFalse(Files.exists(folder.resolve("heads.denoise.csv")));
    CSVRecord row = table(folder.resolve("agreement.csv")).getFirst();
    assertEquals("atp", row.get("method"));
    assertEquals(
        List.of("3.0", "1.0", "0.25"),
        List.of(row.get("forwards"), row.get("backwards"), row.get("seconds")),
        "means of those that were measured");
    assertEquals("exact", table(folder.resolve("agreement.csv")).getLast().get("method"));
    int pairs = Integer.parseInt(row.get("pairs"));
    assertTrue(pairs > 6 && pairs <= 12, "those of 12 that count: " + pairs);
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("heads.denoise.atp.csv")),
        Files.readAllBytes(folder.resolve("heads.denoise.atp.csv")));
    PatchShell.succeed(FakePairs.some(60), temporary.resolve("plainly"), methods("atp"));
    assertFalse(Files.exists(temporary.resolve("plainly/agreement.csv")), "nothing to compare");
  }

  private static String[] methods(String... names) {
    List<String> options =
        new ArrayList<>(List.of("-sweep", "head", "-direction", "both", "-rounds", "50"));
    for (String name : names) {
      options.addAll(List.of("-method", name));
    }
    return options.toArray(String[]::new);
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Arrays.stream(options), Arrays.stream(more)).toArray(String[]::new);
  }

  /** By cell the sums over the pairs that count, exact and by a method. */
  private static double[][] sums(Path folder, String direction, String method) throws IOException {
    Map<String, Double> changes = new LinkedHashMap<>();
    for (CSVRecord row : table(folder.resolve("pairs.csv"))) {
      changes.put(row.get("direction") + row.get("pair"), Double.valueOf(row.get("change")));
    }
    Map<String, double[]> cells = new LinkedHashMap<>();
    for (CSVRecord row : table(folder.resolve("effects.csv"))) {
      if (row.get("direction").equals(direction) && !row.get("effect").isEmpty()) {
        double[] sums =
            cells.computeIfAbsent(
                row.get("layer") + "." + row.get("attention_head"), c -> new double[2]);
        double change = Objects.requireNonNull(changes.get(direction + row.get("pair")));
        double moved = Double.parseDouble(row.get("effect")) * change;
        sums[0] += row.get("method").equals("exact") ? moved : 0;
        sums[1] += row.get("method").equals(method) ? moved : 0;
      }
    }
    double[] exact = cells.values().stream().mapToDouble(sums -> sums[0]).toArray();
    return new double[][] {exact, cells.values().stream().mapToDouble(sums -> sums[1]).toArray()};
  }
}
