package io.lucerna.plugin;

import io.lucerna.eval.AtomicFile;
import io.lucerna.reranker.PairScorer;
import io.lucerna.reranker.PairScores;
import io.lucerna.reranker.ScorerOptions;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code score}: the scores of the pairs of a table, in the table's order. */
final class ScoreCommand implements Command {
  private static final List<String> COLUMNS = List.of("qid", "query", "docid", "text");

  /** Tabs part, nothing quotes: a text holds neither tabs nor line ends. */
  private static final CSVFormat TABLE =
      CSVFormat.DEFAULT
          .builder()
          .setDelimiter('\t')
          .setQuote(null)
          .setEscape(null)
          .setIgnoreEmptyLines(true)
          .setHeader()
          .setSkipHeaderRecord(true)
          .get();

  private final ModelRegistry models;
  private final InterventionOptions intervene = new InterventionOptions();

  @Option(
      name = "-model",
      metaVar = "[model]",
      usage = "Neural ranker: minilm, a Hugging Face folder, or org/name on the hub.")
  String model = ModelRegistry.DEFAULT;

  @Option(
      name = "-pairs",
      required = true,
      metaVar = "[file]",
      usage = "Table with tabs and the header qid, query, docid, text.")
  String pairs = "";

  @Option(
      name = "-output",
      required = true,
      metaVar = "[file]",
      usage =
          "Table with tabs and the header qid, docid, score; scores read back as the same float.")
  String output = "";

  @Option(name = "-batch", metaVar = "[num]", usage = "Texts per forward pass.")
  int batch = ScorerOptions.DEFAULT_BATCH;

  @Option(
      name = "-maxLength",
      metaVar = "[num]",
      usage = "Most tokens of one input; the model's own limit, at most 512, if not given.")
  @Nullable Integer maxLength;

  @Option(
      name = "-label",
      metaVar = "[label]",
      usage = "Which output of a classifier with two labels scores: 0, 1, difference.")
  String label = "1";

  @Option(
      name = "-pooling",
      metaVar = "[how]",
      usage =
          "How a bi-encoder makes one vector of a text: cls, mean; as the model's folder says, or"
              + " mean, if not given.")
  @Nullable String pooling;

  @Option(
      name = "-similarity",
      metaVar = "[how]",
      usage =
          "How a bi-encoder compares vectors: cosine, dot; as the model's folder says, or cosine,"
              + " if not given.")
  @Nullable String similarity;

  ScoreCommand(ModelRegistry models) {
    this.models = models;
  }

  @Override
  public List<Object> options() {
    return List.of(this, intervene);
  }

  @Override
  public String example() {
    return "-model minilm -pairs pairs.tsv -output scores.tsv";
  }

  private record Pair(String qid, String query, String docid, String text) {}

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options =
        RerankOptions.scorerOptions(batch, label, maxLength, pooling, similarity);
    intervene.spec();
    List<Pair> rows = read();
    Path target = Outputs.writable(output);
    try (PairScorer scorer = models.open(model, options, console);
        Interventions interventions = intervene.compile(scorer)) {
      float[] scores = score(rows, scorer, interventions, console);
      interventions.finish(console);
      AtomicFile.write(
          target,
          out -> {
            out.write("qid\tdocid\tscore\n");
            for (int i = 0; i < scores.length; i++) {
              Pair row = rows.get(i);
              out.write(row.qid() + "\t" + row.docid() + "\t" + Float.toString(scores[i]) + "\n");
            }
          });
      Provenance provenance = new Provenance(console);
      provenance.put("pairs", Hashes.of(Path.of(pairs))).put(scorer.card());
      interventions.describe(provenance);
      provenance.writeBeside(target);
    }
  }

  private List<Pair> read() throws IOException {
    List<Pair> rows = new ArrayList<>();
    try (Reader reader = Files.newBufferedReader(Inputs.file(pairs), StandardCharsets.UTF_8);
        CSVParser parser = TABLE.parse(reader)) {
      if (!parser.getHeaderNames().equals(COLUMNS)) {
        throw new CommandException(
            ExitCode.INPUT,
            pairs
                + ":1: expected the header "
                + String.join("<TAB>", COLUMNS)
                + ", got "
                + String.join("<TAB>", parser.getHeaderNames()));
      }
      for (CSVRecord row : parser) {
        if (row.size() != COLUMNS.size()) {
          throw new CommandException(
              ExitCode.INPUT,
              String.format(
                  Locale.ROOT,
                  "%s:%d: expected %d columns parted by tabs, got %d",
                  pairs,
                  parser.getCurrentLineNumber(),
                  COLUMNS.size(),
                  row.size()));
        }
        rows.add(new Pair(row.get(0), row.get(1), row.get(2), row.get(3)));
      }
    } catch (CharacterCodingException e) {
      throw new CommandException(ExitCode.INPUT, pairs + ": not UTF-8", e);
    } catch (UncheckedIOException e) {
      throw new CommandException(ExitCode.INPUT, pairs + ": " + e.getMessage(), e);
    }
    if (rows.isEmpty()) {
      throw new CommandException(ExitCode.INPUT, pairs + ": no pairs below the header");
    }
    return rows;
  }

  /** Scores the rows; neighbours of one query go together. */
  private static float[] score(
      List<Pair> rows, PairScorer scorer, Interventions interventions, Console console) {
    float[] all = new float[rows.size()];
    int truncated = 0;
    try (Progress progress = new Progress(console, "scoring", rows.size())) {
      for (int from = 0; from < all.length; ) {
        String query = rows.get(from).query();
        int to = from;
        while (to < all.length && rows.get(to).query().equals(query)) {
          to++;
        }
        List<Pair> own = rows.subList(from, to);
        List<String> texts = own.stream().map(Pair::text).toList();
        List<String> docids = own.stream().map(Pair::docid).toList();
        PairScores scores =
            scorer.score(query, texts, interventions.hooks(own.getFirst().qid(), docids));
        System.arraycopy(scores.scores(), 0, all, from, texts.size());
        truncated += scores.truncatedCount();
        progress.advance(texts.size());
        from = to;
      }
    }
    console.say(
        "scored %d pairs with %s; %d truncated to %d tokens",
        all.length, scorer.card().name(), truncated, scorer.card().maxTokens());
    return all;
  }
}
